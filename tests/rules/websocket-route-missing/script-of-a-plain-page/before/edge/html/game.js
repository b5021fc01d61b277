const ws = new WebSocket((location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + '/ws/lobby');
fetch('/api/score').then((r) => r.json());
