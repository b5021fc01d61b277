import { yarns } from "./client";

yarns().then((answer) => console.log(answer.data));
