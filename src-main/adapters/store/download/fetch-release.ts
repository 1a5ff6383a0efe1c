import { StationError } from '../../../domain/failure.ts';
import type { Origin } from '../../../ports/firmware-store.ts';
import { type NetworkSettings, openNetwork } from '../../network/network.ts';
import { HASH } from '../object-folder.ts';
import { type Downloaded, downloadFile } from './download-file.ts';
import { type DownloadPace, SILENT_MS } from './fetch-rest.ts';
import { findChecksum } from './find-checksum.ts';
import { shownUrl } from './http-get.ts';
import { isSecure, type ReleaseLocation } from './release-location.ts';

export type FetchOrder = {
  readonly location: ReleaseLocation;
  readonly network: NetworkSettings;
  /** The hash the file must have; else the server's checksum file says it. */
  readonly sha256?: string | undefined;
  /** Take the file even if nobody states its hash. The store remembers that. */
  readonly acceptUnverified: boolean;
  /** Folder of unfinished downloads. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly pace?: Partial<DownloadPace>;
  readonly onProgress?: (doneBytes: number, totalBytes: number | undefined) => void;
};

/** A release on disk, and how it is known to be the one that was meant. `release` deletes the file, `keep` leaves it. */
export type FetchedRelease = Downloaded & { readonly origin: Origin };

/**
 * Downloads a release archive and verifies it. Without a hash from anyone it rejects before it downloads, unless that was accepted.
 * Over plain http from another computer only a hash that was given counts: a checksum from the same wire proves nothing. Rejects
 * with `store/download-failed`, `store/conflict`, `store/write-failed`, `station/invalid-file`, `request/invalid`.
 */
export async function fetchRelease(order: FetchOrder): Promise<FetchedRelease> {
  const { url, checksumUrl } = order.location;
  if (order.sha256 !== undefined && !HASH.test(order.sha256)) {
    throw new StationError('request/invalid', 'A SHA-256 is 64 lower-case hex digits.');
  }
  if (order.sha256 === undefined && !isSecure(url)) {
    const detail = `${shownUrl(url)} is plain http: anyone on the way can change it. Use https, or say --sha256.`;
    throw new StationError('store/download-failed', detail);
  }
  const patience = { silentMs: order.pace?.silentMs ?? SILENT_MS };
  const network = await openNetwork(order.network, { silentMs: patience.silentMs });
  const setting = { network, signal: order.signal };
  try {
    const stated =
      order.sha256 ??
      (isSecure(checksumUrl) ? await findChecksum(checksumUrl, url, { ...setting, patience }) : undefined);
    if (stated === undefined && !order.acceptUnverified) {
      const detail = `Nobody states the SHA-256 of ${shownUrl(url)} (looked for ${shownUrl(checksumUrl)}). Say --sha256, or --accept-unverified.`;
      throw new StationError('store/download-failed', detail);
    }
    const downloaded = await downloadFile(url, stated, {
      ...setting,
      folder: order.folder,
      ...(order.pace === undefined ? {} : { pace: order.pace }),
      ...(order.onProgress === undefined ? {} : { onProgress: order.onProgress }),
    });
    const verified =
      stated === undefined ? 'unverified' : order.sha256 === undefined ? 'checksum-file' : 'given-sha256';
    return { ...downloaded, origin: { from: shownUrl(url), verified, archiveSha256: downloaded.sha256 } };
  } catch (thrown) {
    if (!order.signal.aborted || thrown instanceof StationError) throw thrown;
    throw new StationError('run/aborted', 'The download was stopped. What has come is kept.', { cause: thrown });
  } finally {
    network.close();
  }
}
