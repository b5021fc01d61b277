import { FormEvent, useState } from 'react';

import { useChat } from '../hooks/useChat';

export function Chat() {
  const { messages, online, send } = useChat();
  const [draft, setDraft] = useState('');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (draft.trim() !== '') {
      void send(draft);
      setDraft('');
    }
  };

  return (
    <main>
      <header>Sophia is {online ? 'online' : 'offline'}</header>
      <ol>
        {messages.map((message) => (
          <li key={`${message.created_at}-${message.role}`} className={message.role}>
            {message.content}
          </li>
        ))}
      </ol>
      <form onSubmit={submit}>
        <input value={draft} onChange={(event) => setDraft(event.target.value)} placeholder="Ask Sophia" />
        <button type="submit">Send</button>
      </form>
    </main>
  );
}
