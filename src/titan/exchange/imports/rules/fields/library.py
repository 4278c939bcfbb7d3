"""What a sheet of companies, roles, courses, areas, requirements or venues can tell, and under which headings. Pure."""

from __future__ import annotations

from titan.core.language import N_
from titan.exchange.imports.rules.fields.field import Reads, field
from titan.exchange.imports.rules.fields.headings import AREA, CODE, COMPANY, COURSE, ROLE

COMPANIES = (
    field("code", N_("Code"), Reads.CODE, f"company code,firma kodu,şirket kodu,şirkət kodu,{CODE}"),
    field(
        "name",
        N_("Name"),
        Reads.TEXT,
        f"company name,firma adı,şirket adı,şirkətin adı,name,ad,adı,isim,unvan,ünvan,ticari unvan,title,{COMPANY}",
        required=True,
    ),
)
ROLES = (
    field("code", N_("Code"), Reads.CODE, f"role code,görev kodu,vəzifə kodu,position code,pozisyon kodu,{CODE}"),
    field("title", N_("Title"), Reads.TEXT, f"title,başlık,name,ad,adı,isim,{ROLE}", required=True),
    field("title_en", N_("Title in English"), Reads.TEXT, "title en,title english,english title,english,ingilizce,en"),
    field("title_tr", N_("Title in Turkish"), Reads.TEXT, "title tr,title turkish,turkish title,turkish,türkçe,tr"),
    field("title_az", N_("Title in Azerbaijani"), Reads.TEXT, "title az,title azerbaijani,azerbaijani,azerice,az"),
)
COURSES = (
    field("code", N_("Code"), Reads.CODE, f"course code,training code,eğitim kodu,kurs kodu,təlim kodu,{CODE}"),
    field("title", N_("Title"), Reads.TEXT, f"title,başlık,name,ad,adı,isim,{COURSE}", required=True),
    field("title_en", N_("Title in English"), Reads.TEXT, "title en,title english,english title,english,ingilizce,en"),
    field("title_tr", N_("Title in Turkish"), Reads.TEXT, "title tr,title turkish,turkish title,turkish,türkçe,tr"),
    field("title_az", N_("Title in Azerbaijani"), Reads.TEXT, "title az,title azerbaijani,azerbaijani,azerice,az"),
    field(
        "category",
        N_("Category"),
        Reads.TEXT,
        "category,kategori,kategorisi,group,grup,type,tür,türü,course type,eğitim türü,kateqoriya,qrup,kind",
    ),
    field(
        "duration_minutes",
        N_("Length"),
        Reads.MINUTES,
        "length,duration,duration minutes,duration hours,duration min,hours,minutes,course duration,süre,"
        "süresi,uzunluk,"
        "eğitim süresi,süre saat,süre dakika,süre dk,saat,müddət,müddəti,təlim müddəti,prodolzhitelnost,длительность",
        required=True,
    ),
    field(
        "validity_months",
        N_("Valid for"),
        Reads.MONTHS,
        "valid for,validity,validity months,validity years,validity period,validity month,valid months,valid,renewal,"
        "renewal period,refresher,geçerlilik,geçerlilik süresi,geçerlilik ay,geçerlilik yıl,yenileme,yenileme süresi,"
        "geçerli,periyot,periyodu,etibarlılıq,etibarlılıq müddəti,etibarlıdır,срок действия,srok deystviya,period",
        required=True,
    ),
    field(
        "delivery_method",
        N_("Taught"),
        Reads.WORD,
        "taught,delivery,delivery method,method,training method,format,veriliş,işleniş,öğretim,yöntem,eğitim yöntemi,"
        "veriliş yöntemi,verilme şekli,şekil,eğitim şekli,metod,təlim metodu,mode",
    ),
    field(
        "requires_verification",
        N_("Sign-off"),
        Reads.YES_NO,
        "sign off,requires verification,verification,competency,competency required,sign off required,onay,"
        "onay gerekir,"
        "yetkinlik,yetkinlik gerekir,doğrulama,yetkinlik değerlendirmesi,assessment,assessment required,təsdiq",
    ),
    field(
        "prerequisite_codes",
        N_("Prerequisites"),
        Reads.COURSES,
        "prerequisites,prerequisite,prerequisite codes,pre requisites,pre requisite,required before,ön koşul,"
        "ön koşullar,"
        "ön koşulları,ön şart,ön şartlar,ön eğitim,ilkin şərt,ilkin tələb",
    ),
    field(
        "min_pass_score",
        N_("Pass mark"),
        Reads.NUMBER,
        "pass mark,min pass score,minimum score,pass score,passing score,passing grade,minimum pass score,geçme notu,"
        "geçer not,geçme puanı,baraj,baraj puanı,minimum puan,başarı notu,keçid balı",
    ),
)
AREAS = (
    field("code", N_("Code"), Reads.CODE, f"area code,alan kodu,sahə kodu,bölge kodu,zone code,unit code,{CODE}"),
    field("name", N_("Name"), Reads.TEXT, f"name,area name,alan adı,sahənin adı,ad,adı,isim,{AREA}", required=True),
    field(
        "parent_code",
        N_("Part of"),
        Reads.AREA,
        "part of,parent,parent code,parent area,parent area code,belongs to,inside,üst alan,üst alan kodu,"
        "üst,üst bölge,"
        "bağlı olduğu alan,bağlı alan,içinde,parçası,şunun parçası,ana alan,ana sahə,üst sahə,upper area,main area",
    ),
)
_TYPE = field(
    "type",
    N_("Required"),
    Reads.WORD,
    "required,type,requirement type,requirement,mob,pre post,pre post mob,zorunlu,zorunluluk,tür,türü,tip,tipi,"
    "gereklilik,ne zaman,when,tələb,növ,növü,mobilization",
    required=True,
)
_GRACE = field(
    "grace_period_days",
    N_("Days of grace"),
    Reads.NUMBER,
    "days of grace,grace,grace days,grace period,grace period days,grace day,ek süre,ek süre gün,"
    "ek süre günü,gün,days,"
    "süre gün,tolerans,tolerans gün,güzəşt,güzəşt müddəti,güzəşt günləri",
)
ROLE_REQUIREMENTS = (
    field("role_code", N_("Role"), Reads.ROLE, ROLE, required=True),
    field("course_code", N_("Course"), Reads.COURSE, COURSE, required=True),
    _TYPE,
    _GRACE,
)
AREA_REQUIREMENTS = (
    field("area_code", N_("Area"), Reads.AREA, AREA, required=True),
    field("course_code", N_("Course"), Reads.COURSE, COURSE, required=True),
    _TYPE,
    _GRACE,
)
VENUES = (
    field(
        "name",
        N_("Name"),
        Reads.TEXT,
        "name,venue,venue name,room,room name,classroom,class,place,hall,eğitim yeri,eğitim yeri adı,yer,"
        "salon,sınıf,derslik,"
        "oda,ad,adı,isim,məkan,otaq,zal,training room,training place",
        required=True,
    ),
    field(
        "capacity",
        N_("Seats"),
        Reads.NUMBER,
        "seats,capacity,kapasite,kapasitesi,kişi,kişi sayısı,koltuk,koltuk sayısı,yer sayısı,tutum,tutumu,"
        "max capacity,"
        "maximum,places,pax,mest",
        required=True,
    ),
    field(
        "location",
        N_("Location"),
        Reads.TEXT,
        "location,address,building,konum,konumu,yeri,adres,bina,lokasyon,ünvan,yerləşmə,where,nerede,floor,kat",
    ),
)
