import type { NestExpressApplication } from "@nestjs/platform-express";
import { make } from "./application";

make().then(async (application: NestExpressApplication) => {
  await application.listen(7050);
});
