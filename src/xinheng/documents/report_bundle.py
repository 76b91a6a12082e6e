"""A credit report with a detached SM2 signature beside each of its files, and what verifies them, in one ZIP.

A PDF is signed once inside, by P-256, which readers verify; the signature of SM2 lies beside it over the whole signed file.
The bytes of the ZIP depend on its content alone.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate

from xinheng.documents.signing import Signer, sign_file
from xinheng.documents.sm2 import IDENTITY

CERTIFICATES, OWN = "xinheng-certificates.pem", "sm2-certificate.pem"
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_SAYS = f"""本压缩包里每个报告文件旁边都有一个同名的 .sig 文件，是平台对整个文件所作的国密签名。

算法：SM2（GB/T 32918），摘要 SM3（GB/T 32905），签名者标识 {IDENTITY}（GM/T 0009 的默认值），签名为 DER 编码。
PDF 里另有 P-256 的电子签名，一般的阅读器可以核验。{{mark}}

用平台的命令核验，不连接平台：
  xinheng report verify {{name}} --signature {{name}}.sig --certificates {CERTIFICATES}

只用 OpenSSL（3.0 以上）核验：
  openssl x509 -in {OWN} -pubkey -noout -out sm2-public.pem
  openssl dgst -sm3 -verify sm2-public.pem -sigopt distid:{IDENTITY} -signature {{name}}.sig {{name}}

签名证书请从平台的信用报告核验页面另行下载后核对，不要只相信随文件送来的证书。
文件有没有过时，要凭报告编号在核验页面查询。
"""
_MARK = "\n签名用的是本系统自动生成的试用密钥，不具有法律效力。"


def bundle(files: Mapping[str, bytes], *, signer: Signer, certificates: Sequence[bytes]) -> bytes:
    """``files`` by name, the first of them the paper. Refusals SG4 and SG5 without SM2 or its key."""
    signed = {f"{name}.sig": sign_file(content, signer) for name, content in files.items()}
    assert signer.beside is not None
    mark = _MARK if signer.beside.development else ""
    about = {
        CERTIFICATES: b"".join(map(_pem, certificates)),
        OWN: _pem(signer.beside.certificate),
        "说明.txt": _SAYS.format(name=next(iter(files)), mark=mark).encode("utf-8-sig"),
    }
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as out:
        for name, content in (*files.items(), *signed.items(), *about.items()):
            out.writestr(ZipInfo(name, _EARLIEST), content, compress_type=ZIP_DEFLATED)
    return packed.getvalue()


def _pem(certificate: bytes) -> bytes:
    return load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)
