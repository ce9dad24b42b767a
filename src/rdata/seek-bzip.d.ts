declare module 'seek-bzip' {
  interface ByteOutput {
    writeByte(byte: number): void;
  }
  const Bunzip: { decode(input: Uint8Array, output: ByteOutput, multistream?: boolean): void };
  export default Bunzip;
}
