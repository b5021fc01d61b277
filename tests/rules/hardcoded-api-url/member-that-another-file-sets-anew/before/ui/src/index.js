import { OpenAPI } from "./core";
import { glazes } from "./client";

OpenAPI.BASE = window.location.origin + "/backend";
glazes().then((answer) => console.log(answer.data));
