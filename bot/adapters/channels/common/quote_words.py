"""The words by which mail programs introduce an earlier letter, in the languages they come in."""

import re
from enum import StrEnum

from bot.adapters.channels.common.reading import tidy


class Label(StrEnum):
    """What a line such as "Von: …" above an earlier letter names."""

    FROM = "from"
    SENT = "sent"
    TO = "to"
    SUBJECT = "subject"
    OTHER = "other"


WROTE = re.compile(
    r"(?:\b(?:wrote|writes|schrieb|(?:hat|heeft|het)\b.{0,40}\bge(?:schrieben|schreven|skryf)|schreef|"
    r"a\s+[ée]crit|escribi[óo]|escribiu|escreve(?:u|ram)|ha\s+scritto|ha\s+escrit|va\s+escriure|a\s+scris|"
    r"skrev|skrifaði|kirjoitti|kirjutas|napisa[łl](?:\(a\)|a)?|pisze|napsal(?:\(a\)|a)?|píše|napísal(?:\(a\)|a)?|"
    r"(?:je\s+)?napisa[ol](?:/?l?a)?|написал(?:\(а\)|а)?|писал(?:\(а\)|а)?|пишет|пише|написав(?:\(ла\)|ла)?|"
    r"написала|написа|írta|yazdı|έγραψε|rašė|rakstīja|menulis|sumulat)\b"
    r"|đã\s+viết|viết\s*[:：]?$|เขียน|写道|寫道|写了|寫了|写到|のメール|書きました|のメッセージ|님이|작성|썼습니다|쓴\s*글"
    r"|כתב|كتب|نوشت|ने\s+लिखा)",
    re.IGNORECASE,
)
OPENS = re.compile(
    r"\W{0,3}(?:On|Am|Le|El|Il|Op|W\s+dniu|Dnia|Em|Den|Dne|Dňa|At|Em|A|På|Pe|În|Στις|Vào|Pada|เมื่อ|בתאריך|ב-|في|"
    r"W|Il\s+giorno|在)\s",
    re.IGNORECASE,
)
WEEKDAY = re.compile(
    r"\b(?:(?:mon|tues?|wednes|thurs?|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo|"
    r"luned[ìi]|marted[ìi]|mercoled[ìi]|gioved[ìi]|venerd[ìi]|sabato|domenica|maandag|dinsdag|woensdag|donderdag|"
    r"vrijdag|zaterdag|zondag|mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag|måndag|tisdag|lördag|söndag)\b",
    re.IGNORECASE,
)
PEOPLE = re.compile(
    r"\b(?:I|we|you|he|she|they|your|our|my|ich|wir|du|ihr|mein|unser|euer|je|j'ai|nous|vous|"
    r"votre|notre|yo|nosotros|usted|ustedes|io|noi|voi|eu|você|vocês|ik|wij|jullie|"
    r"jeg|jag|vi|я|мы|вы|ми|ви)\b",
    re.IGNORECASE,
)
"""Words of a person who tells a story: no mail program writes "On Monday I wrote:"."""

ORIGINAL = re.compile(
    r"original(?:e[rs]?)?[ -]?(?:message|e-?mail|appointment|nachricht|meddelelse|melding|meddelande)|reply message|"
    r"urspr(?:ü|ue)ngliche (?:nachricht|e-?mail)|(?:message|courriel|mensaje|mensagem|mesaj(?:ul)?|missatge) "
    r"(?:d.origine|original|initial|origine)|messaggio origin|oorspronkelijk bericht|origineel bericht|"
    r"oprindelig (?:meddelelse|besked)|opprinnelig (?:melding|e-post)|ursprungligt meddelande|alkuper(?:ä|ae)inen viesti|"
    r"oryginaln(?:a|ej) wiadomo|wiadomość oryginalna|původní (?:zpráva|e-?mail)|pôvodná správa|(?:исходн|оригинальн)ое сообщ|"
    r"исходное письмо|(?:вихідне|оригінальне) повідомл|元のメ|原始邮件|原邮件|原始郵件|原始信件|원본\s?(?:메시지|메일)|"
    r"(?:orijinal|özgün|ilk) (?:mesaj|ileti|e-posta)|ה?הודעה ה?מקורית|(?:ال)?رسالة (?:ال)?أصلية|eredeti (?:üzenet|levél)|"
    r"(?:αρχικό|πρωτότυπο) μήνυμα|(?:thư|tin nhắn) gốc|ข้อความ(?:ต้นฉบับ|เดิม)|pesan asli|(?:izvorna|originalna) poruka|"
    r"izvirno sporočilo",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"forward(?:ed)?\b|weitergeleitete|weitergeleitet von|(?:message|courriel) (?:transféré|réexpédié|transmis)|"
    r"reenviado|reenviat|reencaminhad|encaminhad|inoltrat|doorgestuurd|videresend|vidarebefordra|vidaresänt|"
    r"(?:välitetty|edelleenlähetetty|edelleen lähetetty) viesti|przekaz(?:ana|anej|ywanej)|přeposlan|preposlan|"
    r"пересл|пересыл|переадрес|перенаправ|переслан|転送|转发|轉寄|轉發|전달|yönlendiril|iletilen|שהועבר|מועבר|"
    r"(?:ال)?معاد توجيهها|إعادة توجيه|تمت إعادة|továbbított|redirec[țţt]ionat|mesaj transmis|προωθ|chuyển tiếp|ส่งต่อ|"
    r"terusan|diteruskan|proslijeđen|posredovan",
    re.IGNORECASE,
)
FORWARD_SUBJECT = re.compile(
    r"\s*(?:\[[^\[\]]{1,40}\]\s*)?(?:fwd?|wg|wtr|tr|rv|enc|res?env|i|vl|vb|vs:\s*vl|videresendt|vidarebefordrat|doorst|pd|"
    r"přep|fs|hänvisar|továbbítás|tov|ilt|yön|πρθ|προώθ|fwd?\s?\(\d+\)|转发|轉寄|轉發|転送|전달|пересл|переслано|إعادة توجيه|"
    r"הועבר|chuyển tiếp|trs|ส่งต่อ)\s*[:：]",
    re.IGNORECASE,
)
BELOW = re.compile(
    r"\b(?:in-?line|in (?:red|blue|green|bold)|(?:see|answers?|comments?|replies|notes?|my) below|"
    r"siehe unten|s\.\s?u\.|unten im text|(?:in|auf) (?:rot|blau)|(?:voir )?ci-dessous|en (?:rouge|bleu|rojo|azul)|"
    r"más abajo|abajo|abaixo|qui sotto|di seguito|in (?:rosso|blu)|hieronder|in het (?:rood|blauw)|nedenfor|nedan|"
    r"alla(?:olevan)?|poniżej|níže|ниже|нижче|aşağıda|lásd lent|mai jos|παρακάτω)\b|以下に|下記|下文|见下|見下|아래",
    re.IGNORECASE,
)
"""The writer says that more of their words stand in what follows."""

_LABELS = {
    Label.FROM: "from|von|de|da|di|van|fra|från|lähettäjä|od|от|от кого|від|від кого|差出人|送信者|送信元|发件人|寄件者|寄件人|"
    "發件人|寄信人|보낸 사람|보낸사람|kimden|gönderen|מאת|من|feladó|από|αποστολέας|expéditeur|remitente|mittente|remetente|"
    "afzender|avsändare|afsender|avsender|absender|nadawca|odesílatel|odosielateľ|отправитель|відправник|de la|expeditor|"
    "từ|người gửi|dari|pengirim|จาก|ผู้ส่ง|saatja|šalje|pošiljatelj",
    Label.SENT: "sent|date|gesendet|gesendet am|datum|envoyé|envoyé le|envoyée|enviado|enviado el|enviado em|enviada|"
    "enviada em|fecha|data|inviato|inviata|verzonden|verzonden op|sendt|dato|skickat|lähetetty|päiväys|päivämäärä|pvm|"
    "wysłano|wysłane|odesláno|odoslané|dátum|отправлено|дата|надіслано|відправлено|送信日時|送信|日付|日時|发送时间|发送日期|"
    "日期|寄件日期|傳送日期|發送時間|發送日期|时间|時間|보낸 날짜|보낸날짜|날짜|보낸 시간|gönderme tarihi|gönderilen|gönderildi|"
    "gönderim tarihi|tarih|נשלח|תאריך|تاريخ الإرسال|التاريخ|تم الإرسال|أُرسلت|تاريخ|elküldve|küldve|küldés dátuma|trimis|"
    "trimis la|στάλθηκε|ημερομηνία|αποστολή|εστάλη|đã gửi|ngày|ngày gửi|đã gửi vào|dikirim|tanggal|terkirim|ส่ง|วันที่|"
    "ส่งเมื่อ|message du|poslano|poslato|saadetud|išsiųsta|nosūtīts|dated",
    Label.TO: "to|an|à|a|para|aan|til|till|vastaanottaja|do|komu|кому|до|宛先|收件人|收件者|受信者|받는 사람|받는사람|kime|alıcı|"
    "אל|إلى|الى|címzett|către|catre|προς|đến|tới|người nhận|kepada|untuk|ke|ถึง|destinataire|za|prima|pro|per|empfänger",
    Label.SUBJECT: "subject|betreff|objet|asunto|oggetto|assunto|onderwerp|emne|ämne|aihe|temat|předmět|predmet|тема|件名|"
    "主题|主旨|主題|标题|標題|제목|konu|נושא|الموضوع|موضوع|tárgy|subiect|θέμα|chủ đề|tiêu đề|subjek|perihal|judul|เรื่อง|"
    "หัวเรื่อง|zadeva|naslov|teema|assumpte",
    Label.OTHER: "cc|bcc|kopie|kopie an|copie|copie à|copia|kopi|kopia|reply-to|reply to|attachments|importance|priority|"
    "抄送|副本|참조|숨은 참조|bilgi|עותק|نسخة|másolatot kap|másolat|cópia|копия|копія|κοιν|κοινοποίηση|anlagen|wichtigkeit|"
    "priorität|antwort an|pièces jointes|importance|allegati|bijlagen|sent by|organization|kopio",
}
LABELS = {word: label for label, words in _LABELS.items() for word in words.split("|")}
LONGEST_LABEL = 40
_AROUND_LABEL = " \t*_\u00a0\u202f\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2069"
_COLON = re.compile("[:：]")


def label_of(line: str) -> tuple[Label, str] | None:
    """What "*Von:* Support <…>" names, and the text behind it; None where the line has no label that we know.

    Mail programs write them with a capital; settings and tables do not.
    """
    found = _COLON.search(line, 0, LONGEST_LABEL)
    if found is None:
        return None
    word = line[: found.start()].strip(_AROUND_LABEL)
    label = None if word[:1].islower() else LABELS.get(word.casefold())
    return (label, line[found.end() :].strip(_AROUND_LABEL)) if label else None


def is_forward(subject: str) -> bool:
    """ "Fwd: …" and its like: what stands below is what the writer wants to show."""
    return bool(FORWARD_SUBJECT.match(tidy(subject)[:100]))
