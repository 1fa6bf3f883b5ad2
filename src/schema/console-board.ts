/** Figures of the console that the board's side alone needs: what it buffers, how long it waits, how it cuts what it sends. */

export const CONSOLE_BOARD = {
  /** Logits of one LOGITS frame. */
  logitsCount: 128,
  /** Text of one TOKEN or MORE_TEXT frame, in bytes. */
  maxText: 640,
  /** A typed line, in bytes; it shares its memory with the frame that is being received. */
  maxLine: 700,
  /** Bytes that came in and were not looked at: a UART at 115200 brings 12 a millisecond. */
  inputBytes: 256,
  /** Bytes that wait to go out: the longest answer, some echo, and what is kept for the message that ends a generation. */
  outputBytes: 1344,
  endReserve: 320,
  /** Room for the longest answer; the board reads no request before it is there. */
  answerRoom: 960,
  /** A generation ends when the port that asked for it has taken nothing for so long. */
  stallMicros: 30_000_000,
  /** A frame that has been begun and not continued for so long is given up. */
  silenceMicros: 1_000_000,
} as const;
