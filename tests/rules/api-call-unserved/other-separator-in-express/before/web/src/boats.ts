import axios from "axios";

export const crew = () => axios.get("/api/crew_members");
export const member = (id: string) => axios.get("/api/crew-members/" + id);
