"""What a sheet of workers, trainers or past training can tell, and under which headings. Pure."""

from __future__ import annotations

from titan.core.language import N_
from titan.exchange.imports.rules.fields.field import Reads, field
from titan.exchange.imports.rules.fields.headings import AREA, BADGE, CODE, COMPANY, COURSE, FIRST, LAST, ROLE, WHOLE

WORKERS = (
    field("employee_id", N_("Badge"), Reads.BADGE, BADGE, required=True),
    field("first_name", N_("First name"), Reads.NAME, FIRST, required=True),
    field("last_name", N_("Last name"), Reads.NAME, LAST),
    field("full_name", N_("Whole name"), Reads.NAME, WHOLE),
    field("company_code", N_("Company"), Reads.COMPANY, COMPANY, required=True),
    field("role_code", N_("Role"), Reads.ROLE, ROLE),
    field(
        "role_assigned_on",
        N_("In this role since"),
        Reads.DAY,
        "role assigned on,role since,role date,role start,role start date,role assignment date,"
        "position since,position start,"
        "position date,since,assigned on,görev tarihi,görev başlangıç,görev başlangıç tarihi,görev başlama tarihi,"
        "göreve başlama,göreve başlama tarihi,görevde,görevde beri,bu görevde,bu görevde başlangıç,atama tarihi,"
        "görev atama tarihi,vəzifəyə təyin,vəzifəyə təyin tarixi,təyin tarixi,təyinat tarixi,in role since,role from",
    ),
    field("area_codes", N_("Areas"), Reads.AREAS, AREA),
    field(
        "area_assigned_on",
        N_("In new areas since"),
        Reads.DAY,
        "area assigned on,areas since,area since,area date,area start date,alan tarihi,alan başlangıç tarihi,"
        "alanda başlangıç,"
        "sahə tarixi,in areas since,alanlara atama tarihi",
    ),
    field(
        "status",
        N_("Status"),
        Reads.WORD,
        "status,state,durum,durumu,statü,statüsü,çalışma durumu,personel durumu,aktiflik,aktif mi,aktif,"
        "active,is active,"
        "employment status,employee status,worker status,vəziyyət,vəziyyəti,status i,statusu,hal,статус,"
        "working status",
    ),
    field(
        "start_date",
        N_("First day"),
        Reads.DAY,
        "start date,start,started,started on,first day,date of joining,joining date,join date,hire date,"
        "hired on,hire,"
        "employment date,employment start,employment start date,mobilization date,mobilisation date,mob date,"
        "işe giriş,"
        "işe giriş tarihi,işe başlama,işe başlama tarihi,iş başlangıç,iş başlangıç tarihi,başlama tarihi,"
        "başlangıç tarihi,"
        "giriş tarihi,ilk gün,işe başlangıç,işe başlangıç tarihi,işə qəbul,işə qəbul tarixi,"
        "işə başlama tarixi,işə giriş "
        "tarixi,qəbul tarixi,başlama tarixi,data priema,дата приема,saha giriş tarihi,doj",
    ),
    field(
        "end_date",
        N_("Last day"),
        Reads.DAY,
        "end date,end,last day,leaving date,left on,date left,termination date,exit date,demobilization date,"
        "demob date,"
        "demobilisation date,işten çıkış,işten çıkış tarihi,çıkış tarihi,ayrılış tarihi,ayrılma tarihi,"
        "işten ayrılma tarihi,"
        "bitiş tarihi,son gün,son iş günü,işdən çıxma tarixi,çıxış tarixi,bitmə tarixi,data uvolneniya,"
        "дата увольнения,"
        "contract end,contract end date,sözleşme bitiş,sözleşme bitiş tarihi",
    ),
    field(
        "supervisor_employee_id",
        N_("Supervisor"),
        Reads.WORKER,
        "supervisor badge,supervisor,supervisor id,supervisor employee id,supervisor no,supervisor code,"
        "supervisor badge no,"
        "foreman,foreman badge,manager,manager id,manager badge,line manager,reports to,amir,amiri,"
        "amir sicil,amir sicil no,"
        "amirin sicil no,yönetici,yönetici sicil no,yöneticisi,bağlı olduğu amir,bağlı olduğu,formen,"
        "ustabaşı,sorumlu,"
        "rəhbər,rəhbəri,rəhbərin tabel nömrəsi,rəis,nachalnik",
    ),
    field(
        "email",
        N_("E-mail"),
        Reads.EMAIL,
        "email,e mail,mail,e mail address,email address,e posta,eposta,e posta adresi,mail adresi,elektron poçt,"
        "e poçt,pochta,почта,work email",
    ),
    field(
        "phone",
        N_("Phone"),
        Reads.PHONE,
        "phone,phone number,phone no,mobile,mobile phone,mobile no,mobile number,telephone,tel,tel no,"
        "telefon,telefon no,"
        "telefon numarası,cep,cep telefonu,cep tel,cep no,gsm,gsm no,telefon nömrəsi,əlaqə nömrəsi,mobil,"
        "contact number,"
        "contact no,iletişim,iletişim no,телефон,contact",
    ),
)
TRAINERS = (
    field(
        "code",
        N_("Code"),
        Reads.CODE,
        f"trainer code,trainer id,trainer no,instructor code,instructor id,eğitmen kodu,eğitmen no,təlimçi kodu,{CODE}",
        required=True,
    ),
    field("first_name", N_("First name"), Reads.NAME, FIRST, required=True),
    field("last_name", N_("Last name"), Reads.NAME, LAST),
    field("full_name", N_("Whole name"), Reads.NAME, f"trainer,instructor,eğitmen,təlimçi,eğitici,lecturer,{WHOLE}"),
    field(
        "type",
        N_("Internal or external"),
        Reads.WORD,
        "internal or external,type,trainer type,internal external,iç veya dış,tür,türü,tip,tipi,eğitmen türü,iç dış,"
        "daxili xarici,növ,növü",
    ),
    field("email", N_("E-mail"), Reads.EMAIL, "email,e mail,mail,e posta,eposta,e mail address,elektron poçt,e poçt"),
    field("company_name", N_("Company"), Reads.TEXT, COMPANY),
    field(
        "qualified_course_codes",
        N_("May teach"),
        Reads.COURSES,
        "may teach,qualified course codes,qualified courses,qualifications,qualification,teaches,can teach,"
        "courses,trainings,"
        "verebileceği eğitimler,verdiği eğitimler,verebilir,eğitimler,yeterlilik,yeterlilikler,"
        "yeterli olduğu eğitimler,"
        "kurslar,təlimlər,keçdiyi təlimlər,authorized courses,authorised courses",
    ),
)
RECORDS = (
    field("employee_id", N_("Badge"), Reads.BADGE, BADGE, required=True),
    field("first_name", N_("First name (to check)"), Reads.NAME, FIRST),
    field("last_name", N_("Last name (to check)"), Reads.NAME, LAST),
    field("full_name", N_("Whole name (to check)"), Reads.NAME, WHOLE),
    field("course_code", N_("Course"), Reads.COURSE, COURSE, required=True),
    field(
        "completed_on",
        N_("Completed"),
        Reads.DAY,
        "completed,completed on,completion,completion date,date completed,training date,course date,date,"
        "date of training,"
        "issue date,issued on,date of issue,attended on,tamamlandı,tamamlanma,tamamlanma tarihi,eğitim tarihi,"
        "eğitimin tarihi,tarih,tarihi,alındığı tarih,aldığı tarih,alınma tarihi,veriliş tarihi,düzenlenme tarihi,"
        "sertifika tarihi,katılım tarihi,bitirme tarihi,tarix,tarixi,təlim tarixi,təlimin tarixi,keçdiyi tarix,"
        "tamamlama tarixi,verilmə tarixi,data,дата,pass date,start date,session date,held on",
        required=True,
    ),
    field(
        "expires_on",
        N_("Valid until"),
        Reads.DAY,
        "valid until,expires,expires on,expiry,expiry date,expiration,expiration date,valid to,valid till,validity,"
        "validity date,valid through,due date,renewal date,next due,next due date,geçerlilik,geçerlilik sonu,"
        "geçerlilik tarihi,geçerlilik bitiş,geçerlilik bitiş tarihi,son geçerlilik,son geçerlilik tarihi,"
        "bitiş,bitiş tarihi,"
        "yenileme tarihi,geçerli olduğu tarih,son tarih,etibarlıdır,etibarlılıq,etibarlılıq tarixi,"
        "etibarlılıq müddəti,"
        "bitmə tarixi,son tarix,srok,срок,end date",
    ),
    field(
        "result",
        N_("Result"),
        Reads.WORD,
        "result,results,sonuç,sonucu,başarı,başarı durumu,durum,durumu,status,nəticə,nəticəsi,pass fail,"
        "outcome,geçti kaldı,"
        "sınav sonucu,exam result,результат,state",
    ),
    field(
        "provider_code",
        N_("Provider"),
        Reads.TEXT,
        "provider,provider code,training provider,trainer,instructor,institution,issued by,given by,"
        "eğitim kurumu,kurum,"
        "eğitimi veren,eğitimi veren kurum,veren kurum,sağlayıcı,eğitmen,eğitici,təlim mərkəzi,təlimçi,təşkilat,"
        "training center,training centre,organizer,issuer,düzenleyen",
    ),
)
MATRIX = RECORDS[:4]
