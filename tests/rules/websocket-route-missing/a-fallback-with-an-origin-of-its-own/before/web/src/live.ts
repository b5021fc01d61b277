import { io } from "socket.io-client";

const ORIGIN = import.meta.env.VITE_LEDGER || "http://localhost:8000";

export const socket = io(ORIGIN, { autoConnect: false });
