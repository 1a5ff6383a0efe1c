import type { FailureSentences } from './dictionary.ts';

const CALL = '请叫主管。';
const REJECT = '请放入不良品盘。';
const REJECT_FOR_QA = '请放入不良品盘，交 QA 处理。';
const RETRY_OR_CALL = '请重试。如再次出现，请叫主管。';
const WAIT_A_MINUTE = '请保留设备，一分钟后重试。';
const DAMAGED_FILE = '固件文件已损坏。';
const NOT_A_LABEL = say('这不是设备标签。', '请重新扫描设备上的方形码。');

/** The sentences of every failure code in Simplified Chinese. */
export const failuresZh: FailureSentences = {
  'label/unreadable': NOT_A_LABEL,
  'label/too-long': NOT_A_LABEL,

  'unit/not-in-slot': say('槽位中没有设备。', '请放入设备，再重新扫描标签。'),
  'unit/unplugged': say('设备取出过早。', '请放回设备，再重新扫描标签。'),
  'unit/replaced': say('槽位中是另一台设备。', '请取出设备，用它自己的标签重新开始。'),
  'unit/no-answer': say('设备无应答。', REJECT),
  'unit/garbled-answer': say('设备应答是乱码。', REJECT),
  'unit/no-device-id': say('读不到设备的身份码。', REJECT),
  'unit/protected': say('设备已锁定（Device Protection）。', REJECT_FOR_QA),
  'unit/unknown-platform': say('未知的设备类型。', CALL),
  'slot/busy': say('该槽位正在工作。', '请等待结果，或使用其他槽位。'),
  'slot/unknown': say('没有这个槽位。', '请使用屏幕上的槽位。'),
  'slot/none-free': say('所有槽位都在工作。', '请等待结果后再扫描。'),

  'agree/label-mismatch': say('标签与设备不符。', '请将设备和标签一起放入不良品盘，交 QA 处理。'),
  'agree/wrong-platform': say('设备类型不符合本工单。', '请将设备放到一边，并叫主管。'),
  'agree/duplicate': say('该设备在本批次中已合格。', '请与合格品放在一起。'),
  'agree/not-checkable': say('无法核对标签与设备。', REJECT_FOR_QA),

  'recipe/invalid': say('配方无法使用。', CALL),
  'recipe/file-missing': say('缺少固件文件。', CALL),
  'recipe/file-changed': say('固件文件被改动。', CALL),
  'recipe/product-not-allowed': say('本工站不允许生产此产品。', CALL),
  'firmware/not-a-module': say('固件文件无效。', CALL),
  'firmware/bad-crc': say(DAMAGED_FILE, CALL),
  'firmware/bad-hash': say(DAMAGED_FILE, CALL),
  'firmware/bad-length': say(DAMAGED_FILE, CALL),
  'firmware/wrong-platform': say('固件文件用于其他类型的设备。', CALL),
  'firmware/wrong-function': say('固件文件种类不对。', CALL),
  'firmware/wrong-location': say('固件文件不适合此设备。', CALL),
  'firmware/wrong-product-version': say('产品固件版本与配方不一致。', CALL),
  'firmware/wrong-product-id': say('产品固件属于其他产品。', CALL),
  'firmware/wrong-os-version': say('固件文件属于其他 Device OS 版本。', CALL),
  'firmware/missing-dependency': say('固件文件需要比配方更新的部分。', CALL),
  'firmware/no-such-release': say('此设备没有这个 Device OS 版本。', CALL),
  'firmware/mixed-versions': say('各固件部分的版本不一致。', CALL),
  'firmware/missing-part': say('配方缺少一部分固件。', CALL),
  'firmware/unsupported': say('固件文件不能在本产线使用。', CALL),
  'plan/refused': say('此设备不能使用该固件。', CALL),
  'plan/range-refused': say('为保护设备，已拒绝写入。', CALL),
  'plan/bootloader-too-old': say('设备需要先更新引导程序。', REJECT_FOR_QA),

  'usb/unavailable': say('本工站的 USB 不可用。', CALL),
  'usb/no-permission': say('工站无权使用此 USB 设备。', CALL),
  'usb/transfer-failed': say('USB 连接失败。', '请重新放入设备。如再次出现，请更换槽位。'),
  'usb/no-console': say('打不开设备的串口。', '请重新放入设备。如再次出现，请叫主管。'),
  'dfu/not-entered': say('设备无法进入升级模式。', REJECT),
  'flash/tool-missing': say('未安装烧录工具。', CALL),
  'flash/tool-failed': say('烧录工具出错。', RETRY_OR_CALL),
  'flash/unit-not-found': say('烧录时设备丢失。', '请重新放入设备并扫描标签。'),
  'flash/write-failed': say('设备拒绝写入固件。', REJECT),
  'flash/stalled': say('烧录中途停止。', REJECT),
  'flash/verify-mismatch': say('设备中的固件已损坏。', REJECT),
  'restart/not-back': say('设备没有重新启动。', REJECT),
  'restart/still-in-dfu': say('设备无法退出升级模式。', REJECT),

  'prove/wrong-version': say('设备运行的固件不对。', REJECT),
  'prove/module-invalid': say('设备中的固件不完整。', REJECT),
  'prove/module-missing': say('设备中的固件不完整。', REJECT),
  'prove/wrong-product-binary': say('设备运行的产品固件不对。', REJECT),
  'prove/no-proof': say('无法检查设备中的固件。', REJECT_FOR_QA),

  'sim/none': say('设备中没有 SIM 卡。', REJECT),
  'sim/not-read': say('读不到 SIM 卡。', REJECT),
  'sim/changed': say('SIM 卡与标签不符。', REJECT_FOR_QA),
  'sim/activation-failed': say('SIM 卡无法激活。', REJECT_FOR_QA),
  'sim/inactive': say('SIM 卡已停用或锁定。', REJECT_FOR_QA),
  'sim/owned-elsewhere': say('SIM 卡属于其他账户。', REJECT_FOR_QA),
  'sim/not-in-product': say('SIM 卡未出现在产品中。', '请保留设备，一分钟后重新扫描。如再次出现，请交 QA。'),
  'sim/pending': say('SIM 卡尚未激活。', '请将设备放到一边，稍后再扫描。'),

  'cloud/unreachable': say('无法连接云端。', '请保留设备，网络恢复后重试。'),
  'cloud/timeout': say('云端无应答。', WAIT_A_MINUTE),
  'cloud/rate-limited': say('云端要求放慢速度。', WAIT_A_MINUTE),
  'cloud/server-error': say('云端出现故障。', WAIT_A_MINUTE),
  'cloud/bad-answer': say('云端的应答无法理解。', CALL),
  'cloud/permission': say('工站没有云端权限。', CALL),
  'cloud/refused': say('云端拒绝了请求。', CALL),
  'cloud/wrong-product': say('云端的产品用于其他类型的设备。', CALL),
  'cloud/device-rejected': say('云端不接受此设备。', REJECT_FOR_QA),
  'cloud/device-owned': say('此设备属于其他账户。', REJECT_FOR_QA),
  'cloud/not-in-product': say('云端没有保存此设备。', RETRY_OR_CALL),

  'run/aborted': say('操作员已停止。', '请将设备放到一边，或重新扫描。'),
  'run/timeout': say('某一步骤用时过长。', RETRY_OR_CALL),
  'run/interrupted': say('处理此设备时工站停止了。', '请重新扫描设备。'),
  'run/incomplete': say('运行结束但没有结果。', CALL),
  'run/bug': say('工站出错。', CALL),
  'run/not-found': say('没有这条运行记录。', '请重新查找。'),
  'run/not-a-reject': say('只有未合格的设备才能重新烧录。', '请选择不良品。'),
  'audit/write-failed': say('无法写入记录。', '请停线并叫主管。'),
  'audit/damaged': say('记录被改动。', '请停线并叫主管。'),
  'audit/newer-version': say('记录属于更新的版本。', CALL),
  'audit/missing': say('此处没有记录。', '请检查数据文件夹。'),
  'station/invalid-file': say('工站文件无法使用。', CALL),
  'station/data-in-use': say('另一个 Linewright 正在使用此数据文件夹。', '请先关闭另一个。'),
  'station/port-in-use': say('网络端口被占用。', '请关闭其他程序，或选择其他端口。'),
  'station/connection-lost': say('与工站没有连接。', '请等待。如不恢复，请叫主管。'),
  'station/not-virtual': say('此操作仅限虚拟产线。', '此处请使用真实设备。'),
  'request/invalid': say('请求无效。', '请刷新页面。'),
};

function say(operator: string, next: string): { operator: string; next: string } {
  return { operator, next };
}
