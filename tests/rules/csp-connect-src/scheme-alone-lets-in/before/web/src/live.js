export const live = () => new WebSocket(`${import.meta.env.VITE_LIVE}/towns`);
