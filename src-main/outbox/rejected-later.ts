import type { CloudWork } from '../domain/cloud-work.ts';
import { type Failure, failure } from '../domain/failure.ts';

/** What a person is told of a unit that had passed and that the cloud rejected afterwards: which it is, where it lies, and why. */
export function rejectedLater(work: CloudWork, why: Failure): Failure {
  const { runId, batch, carton = null } = work;
  const unit = work.serialNumber ?? work.deviceId;
  const place = carton === null ? `batch ${batch}` : `carton ${carton} of batch ${batch}`;
  const detail = `${unit} passed and is in ${place}; the cloud rejected it: ${why.detail}`;
  return failure('cloud/rejected-later', detail, { runId, code: why.code, unit, batch, carton });
}
