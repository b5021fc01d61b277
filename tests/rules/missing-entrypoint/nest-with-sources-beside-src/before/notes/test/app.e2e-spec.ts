describe('notes', () => {});
