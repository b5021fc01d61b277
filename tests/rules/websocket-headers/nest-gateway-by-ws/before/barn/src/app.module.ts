import { Module } from "@nestjs/common";
import { HayGateway } from "./hay.gateway";
import { HayController } from "./hay.controller";

@Module({ controllers: [HayController], providers: [HayGateway] })
export class AppModule {}
