import { io } from "socket.io-client";

export function follow(onPrice: (price: number) => void) {
  const channel = io(window.location.origin, { transports: ["websocket"] });
  channel.on("price", onPrice);
  return () => channel.disconnect();
}
