import { NestFactory } from "@nestjs/core";
import { PrismaClient } from "../generated/prisma/client.js";
import { Tides } from "./tides";

export const client = new PrismaClient();

export async function make() {
  const application = await NestFactory.create(Tides);
  application.enableShutdownHooks();
  return application;
}
