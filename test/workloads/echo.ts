/** `echo PORT KEEPS…`: answers UDP datagrams; at the addresses KEEPS it keeps an open file for each, as a leak would. Ends with its input. */
import { createSocket } from 'node:dgram';
import { openSync } from 'node:fs';
import process from 'node:process';

const [port, ...addresses] = process.argv.slice(2);
for (const [index, given] of addresses.entries()) {
  const keeps = given.startsWith('+');
  const address = keeps ? given.slice(1) : given;
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (message, from) => {
    if (keeps) openSync('/dev/null', 'r');
    socket.send(message, from.port, from.address);
  });
  socket.bind(Number(port), address, () => {
    if (index === addresses.length - 1) console.log('ready');
  });
}
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
