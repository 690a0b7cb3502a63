/** Where messages arrive: a mail server that speaks SMTP, and a receiver of webhooks, each on a port of its own. */
import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export interface Mail {
  readonly from: string;
  readonly to: string;
  /** As it was sent: headers, an empty line, the text. */
  readonly text: string;
}

export interface MailServer {
  readonly port: number;
  readonly mails: readonly Mail[];
  /** What was asked of it, word by word: `EHLO`, `AUTH`, `MAIL`, … */
  readonly commands: readonly string[];
  close(): Promise<void>;
}

interface Manners {
  /** Answers every recipient so; absent: takes them. */
  readonly recipients?: string;
  /** Answers every sender so; absent: takes them. */
  readonly senders?: string;
  /** Answers every text so; absent: takes them. */
  readonly texts?: string;
  /** `USER:PASSWORD` it asks for; absent: takes mail from any sender. */
  readonly login?: string;
  /** Does not answer this word. */
  readonly silentAt?: string;
  /** Says that it could continue in TLS. */
  readonly offersTls?: true;
}

/** Speaks as much of RFC 5321 as a client needs to hand over a mail. */
export async function mailServer(manners: Manners = {}, port = 0): Promise<MailServer> {
  const mails: Mail[] = [];
  const commands: string[] = [];
  const server = createServer((socket) => converse(socket, { manners, mails, commands }));
  return { port: await listening(server, port), mails, commands, close: () => closed(server) };
}

interface Conversation {
  readonly manners: Manners;
  readonly mails: Mail[];
  readonly commands: string[];
}

function converse(socket: Socket, { manners, mails, commands }: Conversation): void {
  let pending = '';
  let envelope = { from: '', to: '' };
  let text: string | undefined;
  const say = (line: string) => socket.write(`${line}\r\n`);
  const extensions = [
    ...(manners.login === undefined ? [] : ['AUTH PLAIN']),
    ...(manners.offersTls ? ['STARTTLS'] : []),
    'HELP',
  ];
  const answer = (line: string): void => {
    const word = (line.split(/[ :]/)[0] ?? '').toUpperCase();
    const path = /<(.*?)>/.exec(line)?.[1] ?? '';
    commands.push(word);
    if (word === manners.silentAt) return;
    if (word === 'EHLO')
      for (const [at, one] of extensions.entries())
        say(`250${at === extensions.length - 1 ? ' ' : '-'}${one}`);
    else if (word === 'AUTH') {
      const [, user, password] = Buffer.from(line.split(' ')[2] ?? '', 'base64')
        .toString('utf8')
        .split('\0');
      say(`${user}:${password}` === manners.login ? '235 in' : '535 who are you?');
    } else if (word === 'MAIL') {
      envelope = { from: path, to: '' };
      say(manners.senders ?? '250 ok');
    } else if (word === 'RCPT') {
      envelope = { ...envelope, to: path };
      say(manners.recipients ?? '250 ok');
    } else if (word === 'DATA') {
      text = '';
      say('354 go on');
    } else if (word === 'QUIT') socket.end('221 bye\r\n');
    else say('502 what?');
  };
  const hear = (line: string): void => {
    if (text === undefined) answer(line);
    else if (line === '.') {
      if (manners.texts === undefined) mails.push({ ...envelope, text });
      text = undefined;
      say(manners.texts ?? '250 taken');
    } else text += `${line.replace(/^\./, '')}\n`;
  };
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    const lines = (pending + chunk.toString('utf8')).split('\r\n');
    pending = lines.pop() ?? '';
    for (const line of lines) hear(line);
  });
  say('220 mail.test');
}

export interface Hook {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HookReceiver {
  readonly port: number;
  readonly url: string;
  readonly hooks: readonly Hook[];
  close(): Promise<void>;
}

/** How a hook is answered: a status, with headers; or never. */
export type HookAnswer = { readonly status: number; readonly headers?: Record<string, string> } | 'silence';

export async function hookReceiver(
  answer: (nth: number) => HookAnswer = () => ({ status: 204 }),
  port = 0,
): Promise<HookReceiver> {
  const hooks: Hook[] = [];
  const server = createHttpServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8');
    });
    request.on('end', () => {
      hooks.push({ path: request.url ?? '', headers: request.headers, body });
      const said = answer(hooks.length);
      if (said !== 'silence') response.writeHead(said.status, said.headers).end();
    });
  });
  const at = await listening(server, port);
  return { port: at, url: `http://127.0.0.1:${at}/hook`, hooks, close: () => closed(server) };
}

const listening = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function')
      server.closeAllConnections();
  });
