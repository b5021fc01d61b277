import { Controller, Get } from "@nestjs/common";

@Controller("hay")
export class HayController {
  @Get()
  bales() {
    return [];
  }
}
