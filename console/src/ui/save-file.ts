/** Hands a text over as a file. */
export function saveFile(text: string, type: string, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  // The browser takes it after this turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
