"""Words that cells hold instead of codes: statuses, yes and no, nothing, never, totals; pure.

English, Turkish, Azerbaijani, Russian in Latin and Cyrillic letters.
"""

from __future__ import annotations

from titan.exchange.imports.rules.folding import fold


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split(",")) - {""}


_BLANK = _folded("n a,na,yok,none,null,nil,nan,bos,boş,belirsiz,bilinmiyor,unknown,yoxdur,net,нет,tbd,tba")
NEVER = _folded(
    "never,never expires,no expiry,does not expire,unlimited,indefinite,permanent,lifetime,süresiz,sonsuz,sınırsız,"
    "ömür boyu,müddətsiz,bessrochno,бессрочно,no expiration,non expiring"
)
TOTALS = _folded(
    "total,totals,grand total,sub total,subtotal,sum,toplam,genel toplam,ara toplam,cəmi,yekun,cem,"
    "itogo,vsego,итого,всего"
)
FOOTERS = _folded(
    "note,notes,not,notlar,prepared by,prepared,hazırlayan,hazırlayanlar,approved by,approved,"
    "onaylayan,onay,checked by,"
    "kontrol eden,signature,imza,page,sayfa,print date,date printed,yazdırma tarihi,hazırladı,"
    "təsdiq edən,hazırlayıb,"
    "revision,rev,doküman no,document no,form no"
)
YES_NO = {
    **dict.fromkeys(_folded("yes,y,true,1,evet,e,var,bəli,beli,hə,he,da,да,x,✓,ok,required,zorunlu,gerekli"), "yes"),
    **dict.fromkeys(_folded("no,n,false,0,hayır,h,yok,xeyr,yox,net,нет,not required,gerekmez,zorunlu değil"), "no"),
}
STATUSES = {
    **dict.fromkeys(
        _folded(
            "etkin,"
            "active,aktif,aktiv,çalışıyor,çalışan,görevde,devam ediyor,devam,işbaşında,iş başında,working,employed,"
            "işləyir,çalışır,on site,onsite,sahada,mobilised,mobilized,mobilize,rabotaet,aktivnyy,работает,"
            "активный,"
            "current,present,available,in service,mevcut"
        ),
        "ACTIVE",
    ),
    **dict.fromkeys(
        _folded(
            "inactive,pasif,passive,passiv,işten ayrıldı,ayrıldı,işten çıktı,işten çıkış,çıkış,çıktı,ayrılan,left,"
            "resigned,istifa,istifa etti,terminated,demobilised,demobilized,demob,demobilize,işdən çıxıb,çıxıb,"
            "işdən azad,azad olunub,uvolen,уволен,not active,not working,çalışmıyor,former,ex employee,"
            "finished,retired,"
            "emekli,emekli oldu,qeyri aktiv,deaktiv,işten ayrılmış,ayrılmış,dismissed,exited,left site"
        ),
        "INACTIVE",
    ),
    **dict.fromkeys(
        _folded(
            "blacklisted,blacklist,black list,black listed,kara liste,kara listede,karaliste,yasaklı,banned,barred,"
            "qara siyahı,qara siyahıda,chernyy spisok,чёрный список,girişi yasak,access denied,blocked,no entry"
        ),
        "BLACKLISTED",
    ),
}
TRAINER_TYPES = {
    **dict.fromkeys(_folded("internal,iç,dahili,kurum içi,şirket içi,in house,inhouse,daxili,own,staff"), "INTERNAL"),
    **dict.fromkeys(
        _folded("external,dış,harici,kurum dışı,şirket dışı,xarici,outside,third party,3rd party"), "EXTERNAL"
    ),
}
REQUIREMENT_TYPES = {
    **dict.fromkeys(
        _folded(
            "pre_mob,pre mob,premob,pre mobilization,pre mobilisation,before entry,before site entry,giriş öncesi,"
            "saha girişi öncesi,saha öncesi,girişten önce,mobilizasyon öncesi,öncesi,işə başlamazdan əvvəl"
        ),
        "PRE_MOB",
    ),
    **dict.fromkeys(
        _folded(
            "post_mob,post mob,postmob,post mobilization,post mobilisation,after entry,after entry with grace,"
            "girişten sonra ek süreli,"
            "giriş sonrası,girişten sonra,girişten sonra ek süreyle,ek süreli,mobilizasyon sonrası,sonrası,"
            "with grace"
        ),
        "POST_MOB",
    ),
}
DELIVERY_METHODS = {
    **dict.fromkeys(
        _folded(
            "instructor_led,instructor led,classroom,class room,ilt,face to face,sınıf,sınıf içi,sınıfta,yüz yüze,"
            "eğitmen eşliğinde,eğitmenli,teorik,əyani,sinifdə,lecture,in person,eğitmenle"
        ),
        "INSTRUCTOR_LED",
    ),
    **dict.fromkeys(_folded("blended,karma,hibrit,hybrid,mixed,karışık,qarışıq"), "BLENDED"),
    **dict.fromkeys(
        _folded(
            "practical_assessment,practical assessment,practical,pratik,uygulamalı,uygulama,"
            "uygulamalı değerlendirme,"
            "praktiki,hands on,field,saha uygulaması"
        ),
        "PRACTICAL_ASSESSMENT",
    ),
    **dict.fromkeys(
        _folded(
            "cbt,e learning,elearning,online,computer based,computer based training,çevrimiçi,uzaktan,bilgisayar,"
            "bilgisayar destekli,e öğrenme,onlayn,web based"
        ),
        "CBT",
    ),
}
RESULTS = {
    **dict.fromkeys(
        _folded(
            "passed,pass,p,ok,successful,success,completed,complete,done,attended,geçti,başarılı,tamamlandı,tamam,"
            "katıldı,uğurlu,keçdi,keçib,tamamladı,valid,geçerli,sdal,сдал,competent,yeterli"
        ),
        "PASSED",
    ),
    **dict.fromkeys(
        _folded(
            "failed,fail,f,unsuccessful,not passed,kaldı,başarısız,geçemedi,uğursuz,kəsildi,keçmədi,ne sdal,не сдал"
        ),
        "FAILED",
    ),
}
TICKS = frozenset("✓✔√☑+")
DONE = _folded("x,v,ok,yes,evet,var,done,tamam,yapıldı,alındı,completed,passed,geçti,bəli,aldı,1,true")
EXEMPT = _folded(
    "n a,na,not applicable,not required,muaf,gerekmez,gerekli değil,uygulanmaz,exempt,yok,none,no,"
    "hayır,tələb olunmur,0,"
    "false,not needed,missing,eksik,required,gerekli,planned,planlandı,pending,bekliyor"
)
COMPLETED = _folded(
    "completed,completion,completed on,date completed,completion date,training date,date,tarih,"
    "eğitim tarihi,alındığı tarih,"
    "alınma tarihi,tamamlanma,tamamlanma tarihi,tarixi,tarix,təlim tarixi,issue date,issued,"
    "veriliş tarihi,başlangıç,from"
)
EXPIRES = _folded(
    "expires,expiry,expiry date,expiration,expiration date,valid until,valid to,validity,due,due date,geçerlilik,"
    "geçerlilik tarihi,geçerlilik sonu,bitiş,bitiş tarihi,son geçerlilik,son geçerlilik tarihi,"
    "bitmə tarixi,until,renewal,"
    "yenileme,yenileme tarihi,etibarlıdır,son tarih,exp,exp date"
)


def is_dashes(text: str) -> bool:
    """Tell whether a cell holds nothing but what people type for nothing: dashes, dots, a slash."""
    return not text.strip("-–—_.…/\\* ")


def is_blank_word(text: str) -> bool:
    """Tell whether a cell says that there is nothing: dashes, n/a, yok. Not for names: people are called Na and Nil."""
    return is_dashes(text) or fold(text) in _BLANK


def starts_with(text: str, words: frozenset[str]) -> bool:
    """Tell whether a text is one of `words` (folded) or begins with one and goes on after it."""
    folded = fold(text)
    return any(folded == word or folded.startswith(f"{word} ") for word in words if word)
