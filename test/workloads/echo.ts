/**
 * `echo PORT ADDRESS…` answers UDP datagrams. For one that comes to `+ADDRESS=KEEPER` it also sends one to KEEPER, port 9,
 * where `echo 9 ~KEEPER` answers nobody but keeps a socket for each, as a leak would. Ends with its input.
 */
import { createSocket } from 'node:dgram';
import process from 'node:process';

const [port, ...addresses] = process.argv.slice(2);
const family = (address: string) => (address.includes(':') ? 'udp6' : 'udp4');
const kept: unknown[] = [];
for (const [index, given] of addresses.entries()) {
  const [, mark = '', address = '', keeper = ''] = /^([+~]?)([^=]*)=?(.*)$/.exec(given)!;
  const socket = createSocket({ type: family(address), recvBufferSize: 4 << 20 });
  socket.on('message', (message, from) => {
    if (mark === '~') kept.push(createSocket('udp6').bind(0, '::1'));
    else socket.send(message, from.port, from.address);
    if (mark === '+') socket.send(message, 9, keeper);
  });
  socket.bind(Number(port), address, () => {
    if (index === addresses.length - 1) console.log('ready');
  });
}
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
