"""The countries of ISO 3166-1 by alpha-2 code: alpha-3 code, English name, and other names people use.

Kosovo (XK, a user-assigned code that Meta and phone numbers use) is the only entry outside the standard.
"""

COUNTRIES = """
AF AFG Afghanistan
AX ALA Åland Islands|Aland|Ahvenanmaa
AL ALB Albania|Shqipëria
DZ DZA Algeria|Algérie
AS ASM American Samoa
AD AND Andorra
AO AGO Angola
AI AIA Anguilla
AQ ATA Antarctica
AG ATG Antigua and Barbuda|Antigua
AR ARG Argentina
AM ARM Armenia
AW ABW Aruba
AU AUS Australia
AT AUT Austria|Österreich|Oesterreich|Autriche
AZ AZE Azerbaijan
BS BHS Bahamas
BH BHR Bahrain
BD BGD Bangladesh
BB BRB Barbados
BY BLR Belarus|Byelorussia
BE BEL Belgium|België|Belgique|Belgien
BZ BLZ Belize
BJ BEN Benin
BM BMU Bermuda
BT BTN Bhutan
BO BOL Bolivia|Bolivia, Plurinational State of|Plurinational State of Bolivia
BQ BES Bonaire, Sint Eustatius and Saba|Caribbean Netherlands|Bonaire
BA BIH Bosnia and Herzegovina|Bosnia|Bosnia Herzegovina
BW BWA Botswana
BV BVT Bouvet Island
BR BRA Brazil|Brasil
IO IOT British Indian Ocean Territory
BN BRN Brunei Darussalam|Brunei
BG BGR Bulgaria|България
BF BFA Burkina Faso
BI BDI Burundi
CV CPV Cabo Verde|Cape Verde
KH KHM Cambodia
CM CMR Cameroon|Cameroun
CA CAN Canada
KY CYM Cayman Islands
CF CAF Central African Republic
TD TCD Chad|Tchad
CL CHL Chile
CN CHN China|People's Republic of China|PRC|Mainland China|中国
CX CXR Christmas Island
CC CCK Cocos (Keeling) Islands|Cocos Islands
CO COL Colombia
KM COM Comoros
CG COG Congo|Republic of the Congo|Congo Brazzaville
CD COD Congo, Democratic Republic of the|Congo, The Democratic Republic of the|Democratic Republic of the Congo|DRC|Congo Kinshasa|DR Congo
CK COK Cook Islands
CR CRI Costa Rica
CI CIV Côte d'Ivoire|Ivory Coast
HR HRV Croatia|Hrvatska
CU CUB Cuba
CW CUW Curaçao
CY CYP Cyprus|Κύπρος
CZ CZE Czechia|Czech Republic|Česko|Česká republika
DK DNK Denmark|Danmark
DJ DJI Djibouti
DM DMA Dominica
DO DOM Dominican Republic|República Dominicana
EC ECU Ecuador
EG EGY Egypt|مصر
SV SLV El Salvador
GQ GNQ Equatorial Guinea
ER ERI Eritrea
EE EST Estonia|Eesti
SZ SWZ Eswatini|Swaziland
ET ETH Ethiopia
FK FLK Falkland Islands (Malvinas)|Falkland Islands|Falklands
FO FRO Faroe Islands|Faroes|Føroyar
FJ FJI Fiji
FI FIN Finland|Suomi
FR FRA France|Frankreich|Francia
GF GUF French Guiana
PF PYF French Polynesia|Tahiti
TF ATF French Southern Territories
GA GAB Gabon
GM GMB Gambia
GE GEO Georgia|საქართველო
DE DEU Germany|Deutschland|Federal Republic of Germany|Allemagne|Alemania|Germania|GER|BRD
GH GHA Ghana
GI GIB Gibraltar
GR GRC Greece|Hellas|Ελλάδα|Hellenic Republic|EL
GL GRL Greenland|Kalaallit Nunaat
GD GRD Grenada
GP GLP Guadeloupe
GU GUM Guam
GT GTM Guatemala
GG GGY Guernsey
GN GIN Guinea
GW GNB Guinea-Bissau
GY GUY Guyana
HT HTI Haiti|Haïti
HM HMD Heard Island and McDonald Islands
VA VAT Holy See|Vatican City|Vatican|Vatican City State|Holy See (Vatican City State)
HN HND Honduras
HK HKG Hong Kong|Hong Kong SAR|Hong Kong SAR China|香港
HU HUN Hungary|Magyarország
IS ISL Iceland|Ísland
IN IND India|Bharat|भारत
ID IDN Indonesia
IR IRN Iran|Iran, Islamic Republic of|Islamic Republic of Iran|ایران
IQ IRQ Iraq
IE IRL Ireland|Republic of Ireland|Éire|Irish Republic
IM IMN Isle of Man
IL ISR Israel|ישראל
IT ITA Italy|Italia|Italien|Italie
JM JAM Jamaica
JP JPN Japan|Nippon|Nihon|日本
JE JEY Jersey
JO JOR Jordan
KZ KAZ Kazakhstan|Казахстан
KE KEN Kenya
KI KIR Kiribati
KP PRK North Korea|Korea, Democratic People's Republic of|Democratic People's Republic of Korea|DPRK
KR KOR South Korea|Korea, Republic of|Republic of Korea|Korea|대한민국|한국
XK XKX Kosovo
KW KWT Kuwait
KG KGZ Kyrgyzstan
LA LAO Lao People's Democratic Republic|Laos|Lao PDR
LV LVA Latvia|Latvija
LB LBN Lebanon
LS LSO Lesotho
LR LBR Liberia
LY LBY Libya|Libyan Arab Jamahiriya
LI LIE Liechtenstein
LT LTU Lithuania|Lietuva
LU LUX Luxembourg|Luxemburg
MO MAC Macao|Macau|澳門
MG MDG Madagascar
MW MWI Malawi
MY MYS Malaysia
MV MDV Maldives
ML MLI Mali
MT MLT Malta
MH MHL Marshall Islands
MQ MTQ Martinique
MR MRT Mauritania
MU MUS Mauritius
YT MYT Mayotte
MX MEX Mexico|México|Mexique
FM FSM Micronesia|Micronesia, Federated States of|Federated States of Micronesia
MD MDA Moldova|Moldova, Republic of|Republic of Moldova
MC MCO Monaco
MN MNG Mongolia
ME MNE Montenegro|Crna Gora
MS MSR Montserrat
MA MAR Morocco|Maroc|المغرب
MZ MOZ Mozambique|Moçambique
MM MMR Myanmar|Burma|Myanmar (Burma)
NA NAM Namibia
NR NRU Nauru
NP NPL Nepal
NL NLD Netherlands|Holland|Nederland|Niederlande|Pays-Bas|Kingdom of the Netherlands
NC NCL New Caledonia
NZ NZL New Zealand|Aotearoa
NI NIC Nicaragua
NE NER Niger
NG NGA Nigeria
NU NIU Niue
NF NFK Norfolk Island
MK MKD North Macedonia|Macedonia|Macedonia, the former Yugoslav Republic of|Republic of North Macedonia|FYROM
MP MNP Northern Mariana Islands
NO NOR Norway|Norge|Noreg
OM OMN Oman
PK PAK Pakistan
PW PLW Palau
PS PSE Palestine, State of|Palestine|State of Palestine|Palestinian Territories|Palestinian Territory
PA PAN Panama|Panamá
PG PNG Papua New Guinea
PY PRY Paraguay
PE PER Peru|Perú
PH PHL Philippines|Pilipinas
PN PCN Pitcairn|Pitcairn Islands
PL POL Poland|Polska|Polen
PT PRT Portugal
PR PRI Puerto Rico
QA QAT Qatar
RE REU Réunion
RO ROU Romania|România
RU RUS Russia|Russian Federation|Россия
RW RWA Rwanda
BL BLM Saint Barthélemy|St Barthelemy|St Barts
SH SHN Saint Helena, Ascension and Tristan da Cunha|Saint Helena|St Helena
KN KNA Saint Kitts and Nevis|St Kitts and Nevis|St Kitts
LC LCA Saint Lucia|St Lucia
MF MAF Saint Martin (French part)|Saint Martin|St Martin
PM SPM Saint Pierre and Miquelon|St Pierre and Miquelon
VC VCT Saint Vincent and the Grenadines|St Vincent and the Grenadines|St Vincent
WS WSM Samoa|Western Samoa
SM SMR San Marino
ST STP Sao Tome and Principe
SA SAU Saudi Arabia|Kingdom of Saudi Arabia|KSA|السعودية|المملكة العربية السعودية
SN SEN Senegal|Sénégal
RS SRB Serbia|Srbija|Србија
SC SYC Seychelles
SL SLE Sierra Leone
SG SGP Singapore
SX SXM Sint Maarten (Dutch part)|Sint Maarten|St Maarten
SK SVK Slovakia|Slovak Republic|Slovensko
SI SVN Slovenia|Slovenija
SB SLB Solomon Islands
SO SOM Somalia
ZA ZAF South Africa|Republic of South Africa|RSA|Suid-Afrika
GS SGS South Georgia and the South Sandwich Islands|South Georgia
SS SSD South Sudan
ES ESP Spain|España|Spanien|Espagne|Spagna
LK LKA Sri Lanka
SD SDN Sudan
SR SUR Suriname
SJ SJM Svalbard and Jan Mayen|Svalbard
SE SWE Sweden|Sverige|Schweden
CH CHE Switzerland|Schweiz|Suisse|Svizzera|Swiss Confederation|Suiza
SY SYR Syria|Syrian Arab Republic
TW TWN Taiwan|Taiwan, Province of China|Republic of China|台灣|台湾|臺灣
TJ TJK Tajikistan
TZ TZA Tanzania|Tanzania, United Republic of|United Republic of Tanzania
TH THA Thailand|ประเทศไทย
TL TLS Timor-Leste|East Timor
TG TGO Togo
TK TKL Tokelau
TO TON Tonga
TT TTO Trinidad and Tobago|Trinidad
TN TUN Tunisia|Tunisie
TR TUR Türkiye|Turkey|Turkiye Cumhuriyeti
TM TKM Turkmenistan
TC TCA Turks and Caicos Islands|Turks and Caicos
TV TUV Tuvalu
UG UGA Uganda
UA UKR Ukraine|Україна|Украина
AE ARE United Arab Emirates|UAE|Emirates|الإمارات|الإمارات العربية المتحدة
GB GBR United Kingdom|UK|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|United Kingdom of Great Britain and Northern Ireland|Royaume-Uni|Reino Unido|Vereinigtes Königreich|Großbritannien
US USA United States|United States of America|America|U.S. of A.|Estados Unidos|EE. UU.|États-Unis|Vereinigte Staaten|Stati Uniti
UM UMI United States Minor Outlying Islands|US Minor Outlying Islands
UY URY Uruguay
UZ UZB Uzbekistan
VU VUT Vanuatu
VE VEN Venezuela|Venezuela, Bolivarian Republic of|Bolivarian Republic of Venezuela
VN VNM Viet Nam|Vietnam|Việt Nam
VG VGB Virgin Islands, British|British Virgin Islands|Virgin Islands (British)
VI VIR Virgin Islands, U.S.|US Virgin Islands|Virgin Islands (U.S.)|United States Virgin Islands
WF WLF Wallis and Futuna
EH ESH Western Sahara
YE YEM Yemen
ZM ZMB Zambia
ZW ZWE Zimbabwe
"""  # noqa: E501
