/** Units that were to come online, as QA reads them. Plain JSON. */
export type OnlineReport = {
  /** Units whose recipe asks for it. */
  readonly units: number;
  readonly online: number;
  readonly awaited: number;
  readonly late: number;
  readonly wrongVersion: number;
  /** Late ones, those with another firmware, and those still awaited, in this order; each oldest first. */
  readonly listed: readonly OnlineReportRow[];
};

export type OnlineReportRow = {
  readonly runId: string;
  readonly verdict: 'late' | 'wrong-version' | 'awaited';
  readonly deviceId: string;
  readonly serialNumber?: string;
  readonly batch: string;
  readonly carton?: string;
  /** When its run passed, ISO 8601 UTC. */
  readonly passedAt: string;
  readonly withinHours: number;
  readonly wantedVersion: number;
  /** Of a late unit: when it came after all. */
  readonly firstOnlineAt?: string;
  readonly productVersion?: number;
};
