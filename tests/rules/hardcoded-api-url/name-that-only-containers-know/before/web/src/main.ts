import { loaves } from "./api";

void loaves();
