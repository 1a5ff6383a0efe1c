import type { FailureSentences } from './dictionary.ts';

const CALL = 'Gọi giám sát.';
const REJECT = 'Đặt thiết bị vào khay hàng lỗi.';
const REJECT_FOR_QA = 'Đặt thiết bị vào khay hàng lỗi cho QA.';
const RETRY_OR_CALL = 'Thử lại. Nếu vẫn lỗi, gọi giám sát.';
const WAIT_A_MINUTE = 'Giữ thiết bị lại và thử lại sau một phút.';
const DAMAGED_FILE = 'Tệp firmware bị hỏng.';
const NOT_A_LABEL = say('Mã này không phải nhãn thiết bị.', 'Quét lại mã vuông trên thiết bị.');

/** The sentences of every failure code in Vietnamese. */
export const failuresVi: FailureSentences = {
  'label/unreadable': NOT_A_LABEL,
  'label/too-long': NOT_A_LABEL,

  'unit/not-in-slot': say('Chưa có thiết bị trong khe.', 'Đặt thiết bị vào khe rồi quét lại nhãn.'),
  'unit/unplugged': say('Thiết bị bị rút ra quá sớm.', 'Đặt lại thiết bị rồi quét lại nhãn.'),
  'unit/replaced': say('Trong khe là một thiết bị khác.', 'Lấy thiết bị ra và bắt đầu lại với đúng nhãn của nó.'),
  'unit/no-answer': say('Thiết bị không trả lời.', REJECT),
  'unit/garbled-answer': say('Thiết bị trả lời bị nhiễu.', REJECT),
  'unit/no-device-id': say('Không đọc được mã định danh của thiết bị.', REJECT),
  'unit/protected': say('Thiết bị đang bị khóa (Device Protection).', REJECT_FOR_QA),
  'unit/unknown-platform': say('Không nhận ra loại thiết bị này.', CALL),
  'slot/busy': say('Khe này đang làm việc.', 'Chờ kết quả hoặc dùng khe khác.'),
  'slot/unknown': say('Không có khe này.', 'Dùng một khe có trên màn hình.'),
  'slot/none-free': say('Tất cả các khe đang bận.', 'Chờ có kết quả rồi quét lại.'),

  'agree/label-mismatch': say('Nhãn và thiết bị không khớp nhau.', 'Đặt thiết bị cùng nhãn vào khay hàng lỗi cho QA.'),
  'agree/wrong-platform': say('Sai loại thiết bị cho việc này.', 'Để riêng thiết bị và gọi giám sát.'),
  'agree/duplicate': say('Thiết bị này đã đạt trong lô này.', 'Xếp vào chỗ các thiết bị đạt.'),
  'agree/not-checkable': say('Không thể đối chiếu nhãn với thiết bị.', REJECT_FOR_QA),

  'recipe/invalid': say('Không dùng được công thức.', CALL),
  'recipe/file-missing': say('Thiếu một tệp firmware.', CALL),
  'recipe/file-changed': say('Một tệp firmware đã bị thay đổi.', CALL),
  'recipe/product-not-allowed': say('Trạm này không được phép làm sản phẩm này.', CALL),
  'firmware/not-a-module': say('Tệp firmware không hợp lệ.', CALL),
  'firmware/bad-crc': say(DAMAGED_FILE, CALL),
  'firmware/bad-hash': say(DAMAGED_FILE, CALL),
  'firmware/bad-length': say(DAMAGED_FILE, CALL),
  'firmware/wrong-platform': say('Tệp firmware dành cho loại thiết bị khác.', CALL),
  'firmware/wrong-function': say('Tệp firmware sai loại.', CALL),
  'firmware/wrong-location': say('Tệp firmware không phù hợp với thiết bị này.', CALL),
  'firmware/wrong-product-version': say('Phiên bản của tệp sản phẩm khác với công thức.', CALL),
  'firmware/wrong-product-id': say('Tệp này thuộc sản phẩm khác.', CALL),
  'firmware/wrong-os-version': say('Tệp firmware thuộc bản Device OS khác.', CALL),
  'firmware/missing-dependency': say('Tệp firmware cần một phần mới hơn phần trong công thức.', CALL),
  'firmware/no-such-release': say('Không có bản Device OS này cho thiết bị này.', CALL),
  'firmware/mixed-versions': say('Các phần firmware không cùng một bản.', CALL),
  'firmware/missing-part': say('Công thức thiếu một phần firmware.', CALL),
  'firmware/unsupported': say('Không dùng được tệp firmware này trên chuyền.', CALL),
  'plan/refused': say('Thiết bị này không nhận được firmware này.', CALL),
  'plan/range-refused': say('Đã từ chối ghi để bảo vệ thiết bị.', CALL),
  'plan/bootloader-too-old': say('Trước tiên thiết bị cần bootloader mới hơn.', REJECT_FOR_QA),

  'usb/unavailable': say('USB của trạm không hoạt động.', CALL),
  'usb/no-permission': say('Trạm không có quyền dùng thiết bị USB này.', CALL),
  'usb/transfer-failed': say('Kết nối USB bị lỗi.', 'Đặt lại thiết bị. Nếu vẫn lỗi, đổi khe khác.'),
  'usb/no-console': say('Không mở được cổng nối tiếp của thiết bị.', 'Đặt lại thiết bị. Nếu vẫn lỗi, gọi giám sát.'),
  'plan/below-floor': say('Firmware này quá cũ cho loại thiết bị này.', CALL),
  'update/refused': say('Thiết bị từ chối một phần bản cập nhật.', REJECT_FOR_QA),
  'update/failed': say('Cập nhật thiết bị không hoàn tất.', REJECT),
  'store/not-found': say('Firmware này không có trong kho.', CALL),
  'store/damaged': say('Một tệp trong kho firmware đã bị thay đổi.', CALL),
  'store/bad-archive': say('Tệp này không phải gói firmware.', 'Chọn tệp khác.'),
  'store/incomplete': say('Gói firmware thiếu một phần.', 'Chọn gói đầy đủ.'),
  'store/conflict': say('Kho đã có firmware khác với tên này.', 'Dùng tên khác.'),
  'store/download-failed': say('Không tải được firmware.', 'Kiểm tra mạng rồi thử lại.'),
  'store/write-failed': say('Không ghi được vào kho firmware.', 'Kiểm tra ổ đĩa của trạm.'),
  'slot/not-learnt': say('Khe này chưa có cổng USB.', CALL),
  'slot/not-learning': say('Hiện không gán cổng cho khe.', 'Hãy bắt đầu gán cổng cho khe trước.'),
  'dfu/not-entered': say('Thiết bị không vào chế độ cập nhật.', REJECT),
  'flash/tool-missing': say('Chưa cài công cụ nạp firmware.', CALL),
  'flash/tool-failed': say('Công cụ nạp firmware bị lỗi.', RETRY_OR_CALL),
  'flash/unit-not-found': say('Mất thiết bị khi đang nạp.', 'Đặt lại thiết bị rồi quét nhãn.'),
  'flash/write-failed': say('Thiết bị từ chối firmware.', REJECT),
  'flash/stalled': say('Việc nạp bị dừng giữa chừng.', REJECT),
  'flash/verify-mismatch': say('Firmware trong thiết bị bị hỏng.', REJECT),
  'restart/not-back': say('Thiết bị không khởi động lại.', REJECT),
  'restart/still-in-dfu': say('Thiết bị không thoát chế độ cập nhật.', REJECT),

  'prove/wrong-version': say('Thiết bị chạy sai firmware.', REJECT),
  'prove/module-invalid': say('Firmware trong thiết bị không đầy đủ.', REJECT),
  'prove/module-missing': say('Firmware trong thiết bị không đầy đủ.', REJECT),
  'prove/wrong-product-binary': say('Thiết bị chạy sai firmware sản phẩm.', REJECT),
  'prove/no-proof': say('Không kiểm tra được firmware trong thiết bị.', REJECT_FOR_QA),

  'sim/none': say('Không thấy SIM trong thiết bị.', REJECT),
  'sim/not-read': say('Không đọc được SIM.', REJECT),
  'sim/changed': say('SIM không đúng với nhãn.', REJECT_FOR_QA),
  'sim/activation-failed': say('Không kích hoạt được SIM.', REJECT_FOR_QA),
  'sim/inactive': say('SIM đang tắt hoặc bị khóa.', REJECT_FOR_QA),
  'sim/owned-elsewhere': say('SIM thuộc về tài khoản khác.', REJECT_FOR_QA),
  'sim/not-in-product': say(
    'SIM chưa có trong sản phẩm.',
    'Giữ thiết bị lại và quét lại sau một phút. Nếu vẫn lỗi, đưa cho QA.',
  ),
  'sim/pending': say('SIM chưa hoạt động.', 'Để riêng thiết bị và quét lại sau.'),

  'cloud/unreachable': say('Không có kết nối tới đám mây.', 'Giữ thiết bị lại và thử lại khi có mạng.'),
  'cloud/timeout': say('Đám mây không trả lời.', WAIT_A_MINUTE),
  'cloud/rate-limited': say('Đám mây yêu cầu chậm lại.', WAIT_A_MINUTE),
  'cloud/server-error': say('Đám mây đang có lỗi.', WAIT_A_MINUTE),
  'cloud/bad-answer': say('Đám mây trả lời không hiểu được.', CALL),
  'cloud/permission': say('Trạm không có quyền trên đám mây.', CALL),
  'cloud/refused': say('Đám mây từ chối yêu cầu.', CALL),
  'cloud/wrong-product': say('Sản phẩm trên đám mây dành cho loại thiết bị khác.', CALL),
  'cloud/device-rejected': say('Đám mây không nhận thiết bị này.', REJECT_FOR_QA),
  'cloud/device-owned': say('Thiết bị này thuộc về tài khoản khác.', REJECT_FOR_QA),
  'cloud/not-in-product': say('Đám mây không lưu thiết bị.', RETRY_OR_CALL),

  'run/aborted': say('Người vận hành đã dừng.', 'Để riêng thiết bị hoặc quét lại.'),
  'run/timeout': say('Một bước kéo dài quá lâu.', RETRY_OR_CALL),
  'run/interrupted': say('Trạm đã dừng khi đang làm thiết bị này.', 'Quét lại thiết bị.'),
  'run/incomplete': say('Lượt chạy kết thúc mà không có kết quả.', CALL),
  'run/bug': say('Trạm đã mắc lỗi.', CALL),
  'run/not-found': say('Không có lượt chạy này.', 'Tìm lại.'),
  'run/not-a-reject': say('Chỉ nạp lại được thiết bị chưa đạt.', 'Chọn một thiết bị không đạt.'),
  'audit/write-failed': say('Không ghi được bản ghi.', 'Dừng chuyền và gọi giám sát.'),
  'audit/damaged': say('Bản ghi đã bị thay đổi.', 'Dừng chuyền và gọi giám sát.'),
  'audit/newer-version': say('Bản ghi thuộc phiên bản mới hơn.', CALL),
  'audit/missing': say('Không có bản ghi nào ở đây.', 'Kiểm tra thư mục dữ liệu.'),
  'station/invalid-file': say('Không dùng được tệp cấu hình trạm.', CALL),
  'station/data-in-use': say('Một Linewright khác đang dùng thư mục dữ liệu này.', 'Đóng chương trình kia trước.'),
  'station/port-in-use': say('Cổng mạng đang được dùng.', 'Đóng chương trình kia hoặc chọn cổng khác.'),
  'station/connection-lost': say('Không có kết nối tới trạm.', 'Hãy chờ. Nếu vẫn mất kết nối, gọi giám sát.'),
  'station/not-virtual': say('Chỉ dùng được trên chuyền ảo.', 'Ở đây hãy dùng thiết bị thật.'),
  'request/invalid': say('Yêu cầu không hợp lệ.', 'Tải lại trang.'),
};

function say(operator: string, next: string): { operator: string; next: string } {
  return { operator, next };
}
