"""Headings that several kinds of sheets have in common: English, Turkish, Azerbaijani, Russian. Pure."""

BADGE = (
    "badge,badge no,badge number,badge id,employee id,employee no,employee number,employee code,emp id,"
    "emp no,emp code,id no,"
    "id number,personnel no,personnel number,personnel id,staff no,staff id,staff number,worker id,"
    "worker no,sicil,sicil no,"
    "sicil numarası,personel no,personel sicil no,personel numarası,kart no,kart numarası,yaka kartı no,"
    "yaka kart no,giriş "
    "kartı no,çalışan no,tabel,tabel no,tabel nömrəsi,tabel nomer,tabelnyy nomer,işçi no,işçi nömrəsi,"
    "nişan no,vəsiqə no,"
    "kart nömrəsi,id,id card no,pass no,card no,card number,worker badge,sicil nu,persno,pers no,табельный номер,"
    "таб номер,таб no"
)
FIRST = (
    "first name,firstname,given name,given names,forename,name,names,ad,adı,isim,ismi,adi,ilk ad,imya,imja,имя,ön ad"
)
LAST = (
    "last name,lastname,surname,family name,second name,soyad,soyadı,soyisim,soyismi,soy ad,soyadi,soy adı,familiya,"
    "familya,famil,фамилия"
)
WHOLE = (
    "full name,fullname,name surname,name and surname,name last name,first name last name,"
    "first and last name,ad soyad,"
    "adı soyadı,adi soyadi,ad soyadı,isim soyisim,adı ve soyadı,ad və soyad,adı və soyadı,adı soyad,"
    "personel,personel adı,"
    "personel adı soyadı,çalışan,çalışan adı,çalışan adı soyadı,employee,employee name,employee full name,worker,"
    "worker name,personnel,personnel name,staff name,işçi,işçinin adı,işçinin adı soyadı,sürücü,soyad ad,soyadı adı,"
    "surname name,surname and name,last name first name,soyisim isim,soyad və ad,soyad ad ata adı,fio,f i o,fi o,фио,"
    "soyadı adı ata adı,familiya imya,фамилия имя,ad soyisim,adısoyadı,adsoyad,name and last name,trainer name,"
    "instructor name,eğitmen adı,eğitmen adı soyadı"
)
COMPANY = (
    "company,company code,company name,firması,şirketi,taşeronu,firma,firma adı,firma kodu,şirket,şirket adı,"
    "şirkət,şirkətin adı,şirkət kodu,"
    "contractor,contractor name,subcontractor,sub contractor,taşeron,taşeron firma,alt yüklenici,"
    "yüklenici,employer,işveren,"
    "kurum,kompaniya,kompaniyası,podratçı,subpodratçı,subpodryadchik,компания,firm,organisation,"
    "organization,organizasyon,"
    "çalıştığı firma"
)
ROLE = (
    "role,role code,role title,position,job title,job,title,job position,occupation,designation,trade,"
    "profession,görev,"
    "görevi,görev kodu,görev adı,unvan,ünvan,ünvanı,pozisyon,meslek,mesleği,iş tanımı,vəzifə,vəzifəsi,"
    "vəzifə kodu,peşə,"
    "ixtisas,ixtisası,dolzhnost,должность,craft,kadro,branş"
)
AREA = (
    "areas,area,area codes,area code,work area,work areas,location,zone,site area,unit,alan,alanlar,"
    "alan kodu,alan kodları,"
    "bölge,bölgesi,çalışma alanı,çalışma alanları,çalışma yeri,çalıştığı bölge,çalıştığı alan,saha,ünite,"
    "ünit,mahal,sahə,"
    "sahələr,iş sahəsi,ərazi,zona,uchastok,участок,assigned area,assigned areas,görev yeri,lokasyon"
)
COURSE = (
    "course,course code,course title,course name,training,training code,training name,training title,"
    "training course,eğitim,"
    "eğitim kodu,eğitim adı,eğitimin adı,eğitim konusu,kurs,kurs kodu,kurs adı,kursun adı,təlim,"
    "təlim kodu,təlimin adı,"
    "təlim adı,obuchenie,курс,обучение,module,certificate,certificate name,sertifika,sertifika adı,subject,konu,topic"
)
CODE = "code,kod,kodu,short code,no,id,ref,reference,kısa kod,kodlar,abbreviation,kısaltma,nomer"
