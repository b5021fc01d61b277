import { useCallback, useEffect, useRef, useState } from 'react';

import { ChatMessage, isHealthy, openChat, sendMessage } from '../services/apiClient';

export function useChat() {
  const [messages, setMessages] = useState<ChatMessage[]>([]);
  const [online, setOnline] = useState(false);
  const socket = useRef<WebSocket | null>(null);

  useEffect(() => {
    isHealthy().then(setOnline, () => setOnline(false));
    socket.current = openChat(({ reply }) => setMessages((all) => [...all, reply]));
    return () => socket.current?.close();
  }, []);

  const send = useCallback(async (content: string) => {
    setMessages((all) => [...all, { role: 'user', content, created_at: new Date().toISOString() }]);
    if (socket.current?.readyState === WebSocket.OPEN) {
      socket.current.send(content);
      return;
    }
    const { reply } = await sendMessage(content);
    setMessages((all) => [...all, reply]);
  }, []);

  return { messages, online, send };
}
