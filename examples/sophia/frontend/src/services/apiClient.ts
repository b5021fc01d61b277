/** Talks to the Sophia backend: REST through the public API, live chat through the site's own proxy. */

const API_BASE_URL = process.env.REACT_APP_API_URL || 'https://api.sophia-intel.ai';

export interface ChatMessage {
  role: 'user' | 'assistant';
  content: string;
  created_at: string;
}

export interface ChatResponse {
  conversation_id: string;
  reply: ChatMessage;
}

async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(`${API_BASE_URL}${path}`, {
    ...init,
    headers: { 'Content-Type': 'application/json', ...init.headers },
  });
  if (!response.ok) {
    throw new Error(`${response.status} ${response.statusText}`);
  }
  return (await response.json()) as T;
}

export function sendMessage(message: string, conversationId?: string): Promise<ChatResponse> {
  return request<ChatResponse>('/v1/chat', {
    method: 'POST',
    body: JSON.stringify({ message, conversation_id: conversationId }),
  });
}

export function loadConversation(conversationId: string): Promise<ChatMessage[]> {
  return request<ChatMessage[]>(`/v1/conversations/${conversationId}`);
}

/** Whether the backend answers behind this site's own proxy. */
export async function isHealthy(): Promise<boolean> {
  const response = await fetch('/api/health');
  return response.ok;
}

/** Open the live chat on the host that served the page. */
export function openChat(onReply: (response: ChatResponse) => void): WebSocket {
  const scheme = window.location.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(`${scheme}//${window.location.host}/ws`);
  socket.onmessage = (event) => onReply(JSON.parse(event.data) as ChatResponse);
  return socket;
}
