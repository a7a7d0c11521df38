"""Whether a column looks as if it held personal values: by its name, in English, pinyin and Chinese."""

from __future__ import annotations

import re
from dataclasses import dataclass

from migrator.text import _

_WORDS = {
    "email": "email mail e_mail youxiang 邮箱 电子邮件 邮件地址",
    "mobile": "phone mobile cellphone cell tel telephone telno fax shouji shoujihao dianhua lianxidianhua 手机 手机号 "
              "电话 联系电话 联系方式 传真",
    "id_number": "id_number idcard id_card idno id_no identity_card certno cert_no ssn passport shenfenzheng sfz sfzh "
                 "zhengjianhao 身份证 身份证号 证件号 护照",
    "bank_card": "bank_account bank_card bankcard account_no card_no cardno iban yinhangka yinhangzhanghao kahao "
                 "zhanghao 银行卡 银行账号 卡号 账号",
    "chinese_name": "full_name fullname real_name realname person_name user_name contact contact_name contact_person "
                    "linkman owner_name xingming zhenshixingming lianxiren 姓名 真实姓名 联系人 负责人",
    "surname": "surname last_name lastname family_name xing 姓",
    "given_name": "given_name first_name firstname forename middle_name ming 名",
    "company": "company company_name supplier vendor_name partner customer_name client_name gongsi gongsimingcheng "
               "danweimingcheng gongyingshang kehumingcheng 公司 公司名称 单位名称 供应商 客户名称",
    "text": "address addr street home_address dizhi zhuzhi jiatingzhuzhi wechat weixin qq nickname 地址 住址 家庭住址 "
            "微信 昵称",
    "date": "birthday birth_date birthdate date_of_birth dob shengri chushengriqi 生日 出生日期",
    "constant": "password passwd pwd password_hash passphrase secret api_key token mima 密码 口令",
    "number": "salary wage gongzi xinzi 工资 薪资 薪酬",
}
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Look:
    """The kind that a column seems to hold, and by what."""

    kind: str
    why: str


def looks_personal(column: str) -> Look | None:
    """The last known word in a column's name, the longest of those that end there; None when there is none.

    Latin words count where they stand between underscores, changes of case or digits; Chinese ones anywhere.
    """
    parts = [part for part in re.split(r"[^a-z0-9一-鿿]+|\d+$", _CAMEL.sub("_", column).lower()) if part]
    if parts and parts[-1] in ("id", "ids"):  # a reference, whatever to
        return None
    runs = [(j, "_".join(parts[i:j])) for i in range(len(parts)) for j in range(i + 1, len(parts) + 1)]
    known = [(j, len(run), run) for j, run in runs if run in _KINDS]
    known += [(column.rfind(word) + len(word), len(word), word) for word in _KINDS
              if not word.isascii() and len(word) > 1 and word in column]
    if not known:
        return None
    _end, _length, word = max(known)
    return Look(_KINDS[word], _("its name holds {word}").format(word=word))
