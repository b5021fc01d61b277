import { harvests } from "./client";

harvests().then((rows) => console.log(rows.length));
