import { loaves } from "./api";

loaves().then((found) => console.log(found));
