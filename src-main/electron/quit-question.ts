/** The words of the one question the window itself asks; the page has its own dictionaries. */
export type QuitQuestion = {
  readonly message: string;
  readonly detail: string;
  readonly stop: string;
  readonly stay: string;
};

/** The question in the language of the operating system, else in English. `slots` are names, in order. */
export function quitQuestion(locale: string, slots: readonly string[]): QuitQuestion {
  const language = locale.split('-', 1)[0] ?? '';
  return (QUESTIONS[language] ?? english)(slots.join(', '));
}

const english = (slots: string): QuitQuestion => ({
  message: `A unit is being built (slot ${slots}).`,
  detail: 'If you close Linewright now, the run is stopped and recorded as ABORTED. The unit must be built again.',
  stop: 'Stop and close',
  stay: 'Keep working',
});

const QUESTIONS: Readonly<Record<string, (slots: string) => QuitQuestion>> = {
  es: (slots) => ({
    message: `Se está fabricando una unidad (puesto ${slots}).`,
    detail: 'Si cierra Linewright ahora, la prueba se detiene y se registra como ABORTED. Hay que repetir la unidad.',
    stop: 'Detener y cerrar',
    stay: 'Seguir trabajando',
  }),
  vi: (slots) => ({
    message: `Đang sản xuất một thiết bị (vị trí ${slots}).`,
    detail: 'Nếu đóng Linewright bây giờ, lượt chạy sẽ dừng và được ghi là ABORTED. Thiết bị phải được làm lại.',
    stop: 'Dừng và đóng',
    stay: 'Tiếp tục làm việc',
  }),
  zh: (slots) => ({
    message: `正在生产单元(工位 ${slots})。`,
    detail: '如果现在关闭 Linewright,本次运行将停止并记录为 ABORTED,该单元必须重新生产。',
    stop: '停止并关闭',
    stay: '继续工作',
  }),
};
