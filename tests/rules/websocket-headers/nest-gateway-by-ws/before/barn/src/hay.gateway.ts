import { SubscribeMessage, WebSocketGateway } from "@nestjs/websockets";

@WebSocketGateway({ path: "/hay/live" })
export class HayGateway {
  @SubscribeMessage("bale")
  bale() {
    return "stacked";
  }
}
