const tables: Readonly<Record<number, string>> = { 253: 'default', 254: 'main', 255: 'local' };

/** As iproute2 names routing tables out of the box (/etc/iproute2/rt_tables); others by number. */
export function tableName(id: number): string {
  return tables[id] ?? String(id);
}
