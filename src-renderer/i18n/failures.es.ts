import type { FailureSentences } from './dictionary.ts';

const CALL = 'Llame al supervisor.';
const REJECT = 'Ponga la unidad en la bandeja de rechazos.';
const REJECT_FOR_QA = 'Ponga la unidad en la bandeja de rechazos para Calidad.';
const RETRY_OR_CALL = 'Inténtelo otra vez. Si se repite, llame al supervisor.';
const WAIT_A_MINUTE = 'Guarde la unidad e inténtelo otra vez en un minuto.';
const DAMAGED_FILE = 'Un archivo de firmware está dañado.';
const NOT_A_LABEL = say(
  'Este código no es una etiqueta de unidad.',
  'Escanee otra vez el código cuadrado de la unidad.',
);

/** The sentences of every failure code in Spanish, as spoken on a shop floor of Latin America; the operator is addressed as usted. */
export const failuresEs: FailureSentences = {
  'label/unreadable': NOT_A_LABEL,
  'label/too-long': NOT_A_LABEL,

  'unit/not-in-slot': say(
    'No entró ninguna unidad en la posición.',
    'Coloque la unidad en la posición y escanee otra vez su etiqueta.',
  ),
  'unit/unplugged': say('La unidad se retiró demasiado pronto.', 'Coloque otra vez la unidad y escanee su etiqueta.'),
  'unit/replaced': say(
    'Hay otra unidad en la posición.',
    'Retire la unidad y empiece de nuevo con la etiqueta de esa unidad.',
  ),
  'unit/no-answer': say('La unidad no responde.', REJECT),
  'unit/garbled-answer': say('La unidad responde con ruido.', REJECT),
  'unit/no-device-id': say('La identidad de la unidad no se puede leer.', REJECT),
  'unit/protected': say('La unidad está bloqueada (Device Protection).', REJECT_FOR_QA),
  'unit/unknown-platform': say('Tipo de unidad desconocido.', CALL),
  'slot/busy': say('Esta posición todavía está trabajando.', 'Espere el resultado o use otra posición.'),
  'slot/unknown': say('Esa posición no existe.', 'Use una posición que esté en la pantalla.'),
  'slot/learning': say('Se están asignando los puertos de las posiciones.', 'Termine primero la asignación.'),
  'slot/port-taken': say(
    'Este puerto ya es de otra posición.',
    'Conecte la unidad en la posición que indica la pantalla.',
  ),
  'slot/none-free': say('Todas las posiciones están ocupadas.', 'Espere un resultado y escanee otra vez.'),

  'agree/label-mismatch': say(
    'La etiqueta no corresponde a la unidad.',
    'Ponga la unidad y la etiqueta en la bandeja de rechazos para Calidad.',
  ),
  'agree/wrong-platform': say(
    'Tipo de unidad incorrecto para este trabajo.',
    'Aparte la unidad y llame al supervisor.',
  ),
  'agree/duplicate': say('Esta unidad ya se aprobó en este lote.', 'Póngala con las unidades aprobadas.'),
  'agree/not-checkable': say('No se puede comparar la etiqueta con la unidad.', REJECT_FOR_QA),

  'recipe/invalid': say('La receta no se puede usar.', CALL),
  'recipe/file-missing': say('Falta un archivo de firmware.', CALL),
  'recipe/file-changed': say('Un archivo de firmware fue modificado.', CALL),
  'recipe/product-not-allowed': say('Esta estación no puede fabricar este producto.', CALL),
  'firmware/not-a-module': say('Un archivo de firmware no es válido.', CALL),
  'firmware/bad-crc': say(DAMAGED_FILE, CALL),
  'firmware/bad-hash': say(DAMAGED_FILE, CALL),
  'firmware/bad-length': say(DAMAGED_FILE, CALL),
  'firmware/wrong-platform': say('Un archivo de firmware es para otro tipo de unidad.', CALL),
  'firmware/wrong-function': say('Un archivo de firmware es del tipo incorrecto.', CALL),
  'firmware/wrong-location': say('Un archivo de firmware no corresponde a esta unidad.', CALL),
  'firmware/wrong-product-version': say('El binario del producto no tiene la versión de la receta.', CALL),
  'firmware/wrong-product-id': say('El binario es de otro producto.', CALL),
  'firmware/wrong-os-version': say('Un archivo de firmware es de otra versión de Device OS.', CALL),
  'firmware/missing-dependency': say('Un archivo de firmware necesita una parte más nueva que la de la receta.', CALL),
  'firmware/no-such-release': say('Esta versión de Device OS no existe para esta unidad.', CALL),
  'firmware/mixed-versions': say('Las partes del firmware son de versiones distintas.', CALL),
  'firmware/missing-part': say('A la receta le falta una parte del firmware.', CALL),
  'firmware/unsupported': say('Un archivo de firmware no se puede usar en esta línea.', CALL),
  'plan/refused': say('Esta unidad no admite este firmware.', CALL),
  'plan/range-refused': say('No se grabó, para proteger la unidad.', CALL),
  'plan/bootloader-too-old': say('La unidad necesita primero un bootloader más nuevo.', REJECT_FOR_QA),

  'usb/unavailable': say('El USB no funciona en esta estación.', CALL),
  'usb/no-permission': say('La estación no tiene permiso para usar este dispositivo USB.', CALL),
  'usb/transfer-failed': say('Falló la conexión USB.', 'Coloque otra vez la unidad. Si se repite, cambie de posición.'),
  'usb/no-console': say(
    'No se abrió el puerto serie de la unidad.',
    'Coloque otra vez la unidad. Si se repite, llame al supervisor.',
  ),
  'plan/below-floor': say('Este firmware es demasiado antiguo para esta unidad.', CALL),
  'update/refused': say('La unidad rechazó una parte de la actualización.', REJECT_FOR_QA),
  'update/failed': say('La actualización de la unidad no se completó.', REJECT),
  'store/not-found': say('Este firmware no está en el almacén.', CALL),
  'store/damaged': say('Se modificó un archivo del almacén de firmware.', CALL),
  'store/bad-archive': say('Este archivo no es un paquete de firmware.', 'Elija otro archivo.'),
  'store/incomplete': say('Al paquete de firmware le falta una parte.', 'Elija un paquete completo.'),
  'store/conflict': say('El almacén ya tiene otro firmware con este nombre.', 'Use otro nombre.'),
  'store/download-failed': say('No se pudo descargar el firmware.', 'Revise la red e inténtelo de nuevo.'),
  'store/write-failed': say('No se puede escribir en el almacén de firmware.', 'Revise el disco de la estación.'),
  'slot/not-learnt': say('Esta posición aún no tiene puerto USB.', CALL),
  'slot/not-learning': say('Ahora no se están asignando puertos.', 'Inicie primero la asignación de puertos.'),
  'dfu/not-entered': say('La unidad no entra en modo de actualización.', REJECT),
  'flash/tool-missing': say('La herramienta de grabación no está instalada.', CALL),
  'flash/tool-failed': say('Falló la herramienta de grabación.', RETRY_OR_CALL),
  'flash/unit-not-found': say(
    'Se perdió la unidad durante la grabación.',
    'Coloque otra vez la unidad y escanee su etiqueta.',
  ),
  'flash/write-failed': say('La unidad rechazó el firmware.', REJECT),
  'flash/stalled': say('La grabación se detuvo a la mitad.', REJECT),
  'flash/verify-mismatch': say('El firmware de la unidad está dañado.', REJECT),
  'restart/not-back': say('La unidad no volvió a arrancar.', REJECT),
  'restart/still-in-dfu': say('La unidad no sale del modo de actualización.', REJECT),

  'prove/wrong-version': say('La unidad tiene un firmware incorrecto.', REJECT),
  'prove/module-invalid': say('El firmware de la unidad está incompleto.', REJECT),
  'prove/module-missing': say('El firmware de la unidad está incompleto.', REJECT),
  'prove/wrong-product-binary': say('La unidad tiene el firmware de producto incorrecto.', REJECT),
  'prove/no-proof': say('El firmware de la unidad no se puede comprobar.', REJECT_FOR_QA),

  'sim/none': say('No hay SIM en la unidad.', REJECT),
  'sim/not-read': say('No se pudo leer la SIM.', REJECT),
  'sim/changed': say('La SIM no es la de la etiqueta.', REJECT_FOR_QA),
  'sim/activation-failed': say('No se pudo activar la SIM.', REJECT_FOR_QA),
  'sim/inactive': say('La SIM está desactivada o bloqueada.', REJECT_FOR_QA),
  'sim/owned-elsewhere': say('La SIM pertenece a otra cuenta.', REJECT_FOR_QA),
  'sim/not-in-product': say(
    'La SIM no apareció en el producto.',
    'Guarde la unidad y escanéela otra vez en un minuto. Si se repite, entréguela a Calidad.',
  ),
  'sim/pending': say('La SIM todavía no está activa.', 'Aparte la unidad y escanéela más tarde.'),

  'cloud/unreachable': say(
    'No hay conexión con la nube.',
    'Guarde la unidad e inténtelo otra vez cuando vuelva la red.',
  ),
  'cloud/timeout': say('La nube no responde.', WAIT_A_MINUTE),
  'cloud/rate-limited': say('La nube pide ir más despacio.', WAIT_A_MINUTE),
  'cloud/server-error': say('La nube tiene una falla.', WAIT_A_MINUTE),
  'cloud/bad-answer': say('La nube dio una respuesta sin sentido.', CALL),
  'cloud/permission': say('La estación no tiene permiso en la nube.', CALL),
  'cloud/refused': say('La nube rechazó la solicitud.', CALL),
  'cloud/wrong-product': say('El producto en la nube es para otro tipo de unidad.', CALL),
  'cloud/device-rejected': say('La nube no acepta esta unidad.', REJECT_FOR_QA),
  'cloud/device-owned': say('Esta unidad pertenece a otra cuenta.', REJECT_FOR_QA),
  'cloud/rejected-later': say(
    'La nube rechazó una unidad que ya había pasado.',
    'Saque la unidad de su caja y entréguela a Calidad.',
  ),
  'cloud/not-in-product': say('La nube no guardó la unidad.', RETRY_OR_CALL),

  'network/no-name': say('La red no encuentra la nube.', 'Revise el cable de red. Si sigue, llame al supervisor.'),
  'network/slow-name': say('La red tarda demasiado en encontrar la nube.', CALL),
  'network/proxy': say('El proxy de esta red rechaza la estación.', CALL),
  'network/untrusted': say('La conexión con la nube no es de confianza.', CALL),
  'network/sign-in-page': say('Esta red pide iniciar sesión primero.', CALL),
  'network/clock': say('El reloj de este equipo está mal.', 'Llame al supervisor para ajustar fecha y hora.'),
  'cloud/rights-missing': say('A la estación le falta un permiso en la nube.', CALL),
  'cloud/sign-in-refused': say(
    'El usuario o la contraseña no son correctos.',
    'Escríbalos otra vez con cuidado: diez errores bloquean esta red.',
  ),
  'cloud/otp-wanted': say('La cuenta pide su código de seis cifras.', 'Escriba el código del autenticador.'),
  'cloud/otp-refused': say(
    'El código de seis cifras es incorrecto o caducó.',
    'Espere el próximo código e inicie sesión otra vez.',
  ),
  'cloud/locked-out': say(
    'La nube no acepta inicios de sesión desde esta red.',
    'Espere media hora e inicie sesión otra vez.',
  ),
  'cloud/not-signed-in': say('Esto requiere que un supervisor inicie sesión.', 'Inicie sesión primero.'),
  'cloud/not-found': say('La nube no tiene esto.', 'Revise el número e inténtelo otra vez.'),
  'cloud/still-claimed': say('La unidad todavía pertenece a alguien.', 'Libérela primero y quítela después.'),
  'cloud/claim-refused': say('No se pudo reclamar la unidad.', 'Entréguela a Calidad.'),
  'cloud/firmware-mismatch': say(
    'El archivo es de otra versión que la indicada.',
    'Elija el archivo o la versión correctos.',
  ),
  'cloud/firmware-exists': say(
    'El producto ya tiene otro archivo de esta versión.',
    'Dé al archivo nuevo una versión propia.',
  ),
  'cloud/not-yet-run': say(
    'Ninguna unidad del producto ha ejecutado esta versión.',
    'Fíjela en una unidad, véala funcionar y publíquela después.',
  ),
  'cloud/firmware-released': say('Una versión publicada no se puede borrar.', 'Publique otra versión en su lugar.'),
  'cloud/limit-reached': say('El plan de este producto está lleno.', CALL),
  'cloud/look-ups-used-up': say(
    'No se pueden consultar más números de serie esta hora.',
    'Importe la lista del proveedor o espere.',
  ),
  'cloud/needs-confirmation': say('Esto cuesta dinero o no se puede deshacer.', 'Confírmelo.'),
  'sim/overdue': say('La SIM sigue sin activarse.', 'Entregue la unidad a Calidad.'),
  'identity/unreadable-file': say('Este archivo no es una lista de proveedor.', 'Elija otro archivo.'),
  'identity/no-lines': say('Ninguna línea de este archivo sirve.', 'Vea el informe y pregunte al proveedor.'),
  'identity/file-changed': say(
    'El archivo no es con el que se empezó este trabajo.',
    'Empiece un trabajo nuevo o use el primer archivo.',
  ),
  'identity/damaged': say('No se puede leer el libro de identidades.', 'Importe otra vez las listas del proveedor.'),
  'identity/write-failed': say('No se puede escribir el libro de identidades.', 'Revise el disco de la estación.'),
  'identity/mismatch': say(
    'La etiqueta y la unidad difieren de la lista del proveedor.',
    'Ponga la unidad y su etiqueta en la bandeja de rechazos para Calidad.',
  ),
  'identity/unknown': say(
    'Esta unidad no está en ninguna lista de proveedor.',
    'Aparte la unidad y llame al supervisor.',
  ),
  'online/late': say('La unidad no se conectó a tiempo.', 'Saque la unidad de su caja para Calidad.'),
  'online/wrong-version': say('La unidad se conectó con otro firmware.', 'Saque la unidad de su caja para Calidad.'),
  'run/aborted': say('Detenido por el operador.', 'Aparte la unidad o escanéela otra vez.'),
  'run/timeout': say('Un paso tardó demasiado.', RETRY_OR_CALL),
  'run/interrupted': say('La estación se detuvo durante esta unidad.', 'Escanee otra vez la unidad.'),
  'run/incomplete': say('El proceso terminó sin resultado.', CALL),
  'run/bug': say('La estación cometió un error.', CALL),
  'run/not-found': say('Ese registro no existe.', 'Busque otra vez.'),
  'run/not-a-reject': say('Solo se puede regrabar una unidad que no se aprobó.', 'Elija un rechazo.'),
  'audit/write-failed': say('No se pudo guardar el registro.', 'Pare la línea y llame al supervisor.'),
  'audit/damaged': say('El registro fue alterado.', 'Pare la línea y llame al supervisor.'),
  'audit/newer-version': say('Los registros son de una versión más nueva.', CALL),
  'audit/missing': say('Aquí no hay registros.', 'Revise la carpeta de datos.'),
  'station/invalid-file': say('El archivo de la estación no se puede usar.', CALL),
  'station/data-in-use': say('Otro Linewright usa esta carpeta de datos.', 'Cierre primero el otro.'),
  'station/port-in-use': say('El puerto de red está en uso.', 'Cierre el otro programa o elija otro puerto.'),
  'station/connection-lost': say('No hay conexión con la estación.', 'Espere. Si continúa, llame al supervisor.'),
  'station/not-virtual': say('Esto solo funciona en una línea virtual.', 'Aquí use unidades reales.'),
  'request/invalid': say('La solicitud no tiene sentido.', 'Recargue la página.'),
};

function say(operator: string, next: string): { operator: string; next: string } {
  return { operator, next };
}
