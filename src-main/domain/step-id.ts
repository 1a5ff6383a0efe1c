/** The steps of the procedures, by the ids that are stored in records: never rename one, only add. */
export type StepId =
  | 'scan-label'
  | 'wait-for-unit'
  | 'identify'
  | 'check-agreement'
  | 'plan-flash'
  | 'update-by-request'
  | 'enter-dfu'
  | 'flash'
  | 'restart'
  | 'complete-update'
  | 'prove'
  | 'read-sim'
  | 'add-to-product'
  | 'activate-sim'
  | 'teardown';
