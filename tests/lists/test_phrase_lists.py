"""The phrase lists: what they find, what they leave alone, and that no entry is idle."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import yaml

from maillint.text.phrase_lists import read_phrases
from maillint.text.phrases import Phrase, PhraseIndex, compile_phrases

LISTS = Path(__file__).parents[2] / "rules" / "lists" / "phrases"
LANGUAGES = ("en", "ru", "uk")

# (category, text with all that must be found in «»)
HITS: dict[str, list[tuple[str, str]]] = {
    "en": [
        ("easy-money", "«Earn $1,500 a week» with us, or «$900 weekly from home»."),
        ("easy-money", "«Work from home and earn»: «make $2,000 per week»."),
        ("prize", "There are «unclaimed lottery» funds, and «your email address has won»."),
        ("prize", "To «claim your winnings», quote «your winning ticket number»."),
        ("pharma", "«Enlargement pills» and a «miracle remedy» that «cures all diseases»."),
        ("pharma", "«Penis enlargement» without surgery: «doctors don't want you to know»."),
        ("account-threat", "«Your computer is infected». «Call Microsoft support» at once."),
        ("account-threat", "«Viruses have been detected on your» PC; «call our certified technicians»."),
        ("account-threat", "Your «Norton subscription has been renewed» for $399.99."),
        ("crypto-scam", "«Double your BTC»: «send 0.1 BTC and receive» twice as much. «Bitcoin doubler»"),
        ("advance-fee", "Your «compensation for scam victims» is ready, for «your compensation has been approved»."),
        ("list-sale", "«We send bulk email» for you: an «email blast to 5,000,000» people."),
        ("fake-documents", "«Buy a diploma», a «degree based on your life experience»."),
        ("scam-greeting", "«Dear Friend», I write with good news."),
        ("scam-greeting", "«DEAR SIR»/MADAM, greetings to you and your family."),
        ("scam-greeting", "«Attention\nBeneficiary»: read this carefully."),
        ("mass-mail-excuse", "«To be removed from future mailings», send us a blank message."),
        ("mass-mail-excuse", "«To be removed from our mailing list», click the address below."),
        ("mass-mail-excuse", "«This is not spam»! You met us at a fair."),
        ("guaranteed-outcome", "It is «100% guaranteed» to double in a week."),
        ("guaranteed-outcome", "Enjoy «100 % risk-free» returns and a «guaranteed income» for life."),
        ("guaranteed-outcome", "«Guaranteed profits» from day one"),
        ("risk-free", "Try the course «risk-free»: you have «nothing to lose»."),
        ("risk-free", "A sample pack, «no strings attached»."),
        ("guarantee-mild", "Ships with a 30-day «money-back guarantee»."),
        ("easy-money", "Learn how to «earn $5,000 per day» and «fire your boss»."),
        ("easy-money", "«Make $500 a day» without leaving the sofa"),
        ("easy-money", "«Turn $100 into $10,000» by Friday. «$$$$$»"),
        ("easy-money", "«EASY MONEY»! «Get rich quick»!"),
        ("income-pitch", "«Be your own boss» with a «home-based business»."),
        ("income-pitch", "How I earn a «six-figure income» and «make money online»"),
        ("advance-fee", "The fund holds 10.5 «million United States dollars» in an escrow account."),
        ("advance-fee", "I ask you to «stand as the next of kin» so that we can «transfer the sum of» $8m."),
        ("advance-fee", "This letter «may come to you as a surprise»."),
        ("urgent-reply", "«Urgent business» for you: «are you available for a quick task»?"),
        ("prize", "«Congratulations, you won» the draw of the month."),
        ("prize", "«You've won» an «unclaimed prize» of the club."),
        ("prize", "«You have been randomly selected» to test it. «Claim your prize» inside."),
        ("prize-pitch", "Answer three questions for a «free gift card»."),
        ("prize-mild", "«Enter to win» a pair of tickets."),
        ("free-shouting", "It is «absolutely free», so get your «instant free quote»."),
        ("free-shouting", "«FREE FREE» for a week"),
        ("free-mild", "Get a second pair for «free»."),
        ("free-mild", "«Free» e-book: ten soups for winter."),
        ("urgency", "«Act now», «before it's too late»!"),
        ("urgency", "This is a «once-in-a-lifetime opportunity». «What are you waiting for»?"),
        ("urgency-mild", "«Last chance»: the sale «ends tonight»."),
        ("discount-shouting", "«Lowest prices ever»: «everything must go»!"),
        ("discount-shouting", "«Unbeatable prices» on «replica watches»"),
        ("discount-mild", "«Save up to 70%» on boots."),
        ("discount-mild", "All coats «-50%» this week."),
        ("loan", "«No credit check», «bad credit OK», «instant approval»."),
        ("loan", "«Get out of debt» and «consolidate your debts» today."),
        ("pharma", "«Viagra» and «Cialis», «no prescription needed»."),
        ("pharma", "«Lose weight fast»: «lose 20 pounds in» a month with this «one weird trick»."),
        ("health-pitch", "«Burn belly fat» while you rest. «Discreet packaging»."),
        ("crypto-scam", "«Double your bitcoin» today: «5% daily returns» on every coin."),
        ("investment-pitch", "A «penny stock» that is «about to explode»."),
        ("extortion", "«I have hacked your» phone and «I recorded you»."),
        ("adult", "«Hot singles» near you: «singles in your area» write first."),
        ("gambling", "The best «online casino» gives a «no-deposit bonus»."),
        ("account-threat", "«Verify your account within 24 hours» or lose it."),
        ("account-threat", "«Mailbox quota exceeded». «Upgrade your mailbox»."),
        ("account-pressure", "«Urgent action required»: your «account will be suspended»."),
        ("account-mild", "«Action required»: choose a new plan."),
        ("fake-relationship", "«As discussed», here is the deck."),
        ("fake-relationship", "Hi Ann, «just following up» on the note below."),
        ("list-sale", "We hold a «verified email list» of dentists: ask for «counts and pricing»."),
        ("list-sale", "«Interested in purchasing the attendees» list of the expo?"),
        ("web-pitch", "We bring you to the «first page of Google» with our «SEO packages»."),
        ("hype", "The «shocking truth» that banks «don’t want you to know»."),
        ("hype-mild", "«You won't believe» how easy it is."),
    ],
    "ru": [
        ("fake-documents", "«Дипломы любого вуза», «аттестаты на заказ», «диплом с внесением в реестр»."),
        ("fake-documents", "«Услуги по обналичиванию»: «обналичка от 5»%, «безнал в нал»."),
        ("list-sale", "«Рассылка по 500 000 адресов», «разошлем вашу рекламу» сегодня."),
        ("list-sale", "«Услуги массовой рассылки» и «рассылка по базе предприятий»."),
        ("pharma", "«Чудо-препарат»: «диабет отступит», «суставы как новые»!"),
        ("pharma", "«Лекарство от всех болезней» и «избавьтесь от гипертонии» за неделю."),
        ("crypto-scam", "«Удвоим ваши биткоины»: «отправьте 1 BTC и получите» два."),
        ("advance-fee", "«Вам полагается компенсация», «получите вашу компенсацию» сегодня."),
        ("advance-fee", "«Единый компенсационный центр» сообщает: «вам причитается выплата»."),
        ("prize", "За вами числится «невостребованный выигрыш»."),
        ("scam-greeting", "«Дорогой друг», пишу тебе с доброй вестью."),
        ("mass-mail-excuse", "«Это не спам», а личное письмо."),
        ("mass-mail-excuse", "«Ваш адрес взят из открытых источников» в сети."),
        ("guaranteed-outcome", "«100% гарантия» и «гарантированный доход» каждому."),
        ("guaranteed-outcome", "Мы обещаем «гарантированную прибыль» с первого дня"),
        ("risk-free", "Вы «ничем не рискуете», «результат гарантирован»."),
        ("guarantee-mild", "Даём «гарантии» всем, кто пришёл по рекомендации."),
        ("easy-money", "«Лёгкие деньги» и «быстрый заработок» для всех"),
        ("easy-money", "«Заработок без вложений», «зарабатывайте от 5000» рублей ежедневно"),
        ("easy-money", "Раскрываем «схему заработка»: «станьте миллионером» к лету."),
        ("income-pitch", "«Заработок в интернете» и «пассивный доход»"),
        ("income-pitch", "«Сетевой маркетинг» без обмана: «бизнес без вложений»."),
        ("income-mild", "Поможем «увеличить продажи» вдвое."),
        ("advance-fee", "В банке лежат «невостребованные денежные средства»."),
        ("advance-fee", "«Вам положена выплата», обратитесь в «официальный компенсационный центр»."),
        ("urgent-reply", "«Ответьте срочно», дело важное."),
        ("prize", "Поздравляем с удачей: «вы выиграли» машину! «Заберите свой приз»."),
        ("prize", "«Беспроигрышная лотерея»: «вы стали победителем»."),
        ("prize-pitch", "«Денежный приз» и «подарок каждому»"),
        ("prize-mild", "Новый «розыгрыш» для подписчиков."),
        ("free-shouting", "«Абсолютно бесплатно»!"),
        ("free-mild", "Первый урок «бесплатный»."),
        ("free-mild", "«БЕСПЛАТНЫЕ» уроки рисования"),
        ("urgency", "«Успейте купить», «пока не поздно»!"),
        ("urgency", "«Действуйте прямо сейчас»: «завтра будет поздно»."),
        ("urgency-mild", "«Срочно»! «Последний шанс», «количество ограничено»."),
        ("discount-shouting", "«Горящие скидки» и «шок-цены»: «дешевле не найдёте»."),
        ("discount-shouting", "«Тотальная распродажа», «ликвидация склада»"),
        ("discount-shouting", "Не пропадай, «горящими\u00a0скидками» полон магазин, «жми сюда»"),
        ("discount-mild", "«Скидки» до конца недели: «-30%» на всё."),
        ("loan", "«Кредит без справок» и поручителей, даже «с плохой кредитной историей»"),
        ("loan", "«Займы на карту», «деньги до зарплаты»"),
        ("loan", "«Спишем долги» и «исправим кредитную историю»."),
        ("pharma", "«Виагра» с доставкой"),
        ("pharma", "«Похудеть без диет»: «минус 10 кг за» месяц. «Врачи в шоке»!"),
        ("health-pitch", "Капсула «сжигает жир» и возвращает «секрет молодости»."),
        ("crypto-scam", "«Заработок на криптовалюте»: «доходность 20% в месяц»."),
        ("investment-pitch", "«Торговый робот» и «сверхприбыль»"),
        ("extortion", "«Я взломал вашу почту» и «записал видео с вами»."),
        ("adult", "«Интимные знакомства»: «девушки твоего города» ждут."),
        ("gambling", "«Онлайн-казино» дарит «бездепозитный бонус»."),
        ("gambling", "«Ставки на спорт» и «договорные матчи»"),
        ("account-threat", "Ваш «аккаунт будет заблокирован»: «срочно подтвердите» его. «Укажите CVV»."),
        ("account-threat", "«Ваш почтовый ящик переполнен»."),
        ("account-threat", "«Переведите деньги на безопасный счёт»"),
        ("account-pressure", "Это «последнее предупреждение»."),
        ("account-mild", "Мы заметили «подозрительную активность»."),
        ("fake-relationship", "«Как мы договаривались», высылаю презентацию."),
        ("fake-relationship", "«В продолжение нашего разговора» посылаю расчёт."),
        ("list-sale", "«База данных предприятий» по городам, «свежие базы»"),
        ("list-sale", "«Рассылка по нашей базе» за один день"),
        ("web-pitch", "«Раскрутка сайта»: выйдем «в топ Яндекса»."),
        ("fake-documents", "«Купить диплом» и «справку без врачей»"),
        ("hype", "«Это не обман»: такое «изменит вашу жизнь»."),
        ("hype-mild", "«Вы не поверите», как это просто."),
    ],
    "uk": [
        ("fake-documents", "«Дипломи будь-якого вишу», «атестати на замовлення»."),
        ("fake-documents", "«Послуги з обготівкування»: «обготівкування від 5»%, «безготівку в готівку»."),
        ("list-sale", "«Розсилка на 500 000 адрес», «розішлемо вашу рекламу» сьогодні."),
        ("list-sale", "«Послуги масової розсилки» та «розсилка за базою підприємств»."),
        ("pharma", "«Диво-препарат»: «діабет відступить», «суглоби як нові»!"),
        ("pharma", "«Ліки від усіх хвороб», і «забудьте про гіпертонію» назавжди."),
        ("crypto-scam", "«Подвоїмо ваші біткоїни»: «надішліть 1 BTC і отримайте» два."),
        ("advance-fee", "«Вам призначено компенсацію», «отримайте вашу компенсацію» сьогодні."),
        ("advance-fee", "«Єдиний компенсаційний центр» повідомляє про це."),
        ("prize", "За вами рахується «незатребуваний виграш»."),
        ("scam-greeting", "«Шановний друже», маю добру звістку."),
        ("mass-mail-excuse", "«Це не спам», а особистий лист."),
        ("mass-mail-excuse", "«Вашу адресу взято з відкритих джерел» у мережі."),
        ("guaranteed-outcome", "«100% гарантія» і «гарантований дохід» кожному."),
        ("guaranteed-outcome", "Обіцяємо «гарантованого прибутку» з першого дня"),
        ("risk-free", "Ви «нічим не ризикуєте», «результат гарантовано»."),
        ("guarantee-mild", "Даємо «гарантії» всім, хто прийшов за порадою."),
        ("easy-money", "«Легкі гроші» та «швидкий заробіток» для всіх"),
        ("easy-money", "«Заробіток без вкладень», «заробляйте від 5000» гривень щодня"),
        ("easy-money", "Розкриваємо «схему заробітку»: «станьте мільйонером» до літа."),
        ("income-pitch", "«Заробіток в інтернеті» та «пасивний дохід»"),
        ("income-pitch", "«Мережевий маркетинг»: «бізнес без вкладень»."),
        ("income-mild", "Допоможемо «збільшити продажі» вдвічі."),
        ("advance-fee", "У банку лежать «незатребувані кошти»."),
        ("advance-fee", "«Вам нараховано виплату», «спадщину у розмірі» мільйона."),
        ("urgent-reply", "«Дайте відповідь терміново», справа важлива."),
        ("prize", "Яка вдача: «ви виграли» авто! «Заберіть свій приз»."),
        ("prize", "«Безпрограшна лотерея»: «ви стали переможцем»."),
        ("prize-pitch", "«Грошовий приз» і «подарунок кожному»"),
        ("prize-mild", "Новий «розіграш» для підписників."),
        ("free-shouting", "«Абсолютно безкоштовно»!"),
        ("free-mild", "Перший урок «безкоштовний»."),
        ("urgency", "«Встигніть купити», «поки не пізно»!"),
        ("urgency", "«Дійте негайно»: «завтра буде пізно»."),
        ("urgency-mild", "«Терміново»! «Останній шанс», «кількість обмежена»."),
        ("discount-shouting", "«Шалені знижки» та «шок-ціни»: «дешевше не знайдете»."),
        ("discount-shouting", "«Тотальний розпродаж», «ліквідація складу»"),
        ("discount-shouting", "«шаленими\u00a0знижками» повниться крамниця, «тисни сюди»"),
        ("discount-mild", "«Знижки» до кінця тижня: «-30%» на все."),
        ("loan", "«Кредит без довідок», навіть «з поганою кредитною історією»"),
        ("loan", "«Кредит за п’ять хвилин», «гроші до зарплати»"),
        ("loan", "«Спишемо борги» й «виправимо кредитну історію»."),
        ("pharma", "«Віагра» поштою"),
        ("pharma", "«Схуднути без дієт»: «мінус 10 кг за» місяць. «Лікарі в шоці»!"),
        ("health-pitch", "Капсула «спалює жир» і береже «секрет молодості»."),
        ("crypto-scam", "«Заробіток на криптовалюті»: «дохідність 20% на місяць»."),
        ("investment-pitch", "«Торговий робот» та «надприбутки»"),
        ("extortion", "«Я зламав вашу пошту» і «записав відео з вами»."),
        ("adult", "«Інтимні знайомства»: «дівчата твого міста» чекають."),
        ("gambling", "«Онлайн-казино» дарує «бездепозитний бонус»."),
        ("gambling", "«Ставки на спорт» і «договірні матчі»"),
        ("account-threat", "Ваш «обліковий запис буде заблоковано»: «негайно підтвердьте» його. «Вкажіть CVV»."),
        ("account-threat", "«Ваша поштова скринька переповнена»."),
        ("account-threat", "«Перекажіть кошти на безпечний рахунок»"),
        ("account-pressure", "Це «останнє попередження»."),
        ("account-mild", "Ми помітили «підозрілу активність»."),
        ("fake-relationship", "«Як домовлялися», надсилаю презентацію."),
        ("fake-relationship", "«У продовження нашої розмови» надсилаю розрахунок."),
        ("list-sale", "«База даних підприємств» по містах, «свіжі бази»"),
        ("list-sale", "«Розсилка по нашій базі» за один день"),
        ("web-pitch", "«Розкрутка сайту»: вийдемо «у топ Google»."),
        ("fake-documents", "«Купити диплом» чи «довідку без лікаря»"),
        ("hype", "«Це не обман»: таке «змінить ваше життя»."),
        ("hype-mild", "«Ви не повірите», як це просто."),
    ],
}

# Prose of honest mail: nothing here may weigh 2 or more.
ORDINARY: dict[str, list[str]] = {
    "en": [
        "Your email won't be shared with anybody.",
        "If your computer is infected, our guide shows how to clean it.",
        "You may owe tax on lottery winnings; here is how to declare it.",
        "The EU enlargement package of 2026, and the enlargement of our car park.",
        "Staff may work from home on Mondays and Fridays.",
        "She graduated with a degree in physics and a diploma in education.",
        "You are entitled to compensation if your flight is three hours late.",
        "The weekly report from our home office team is attached.",
        "Our specialist will call you between nine and eleven.",
        "Feel free to reply to this email if anything is unclear.",
        "All our cakes are gluten-free, and most are sugar-free and dairy-free too.",
        "Returns are free of charge within 30 days of delivery.",
        "Are you free on Thursday afternoon for a short call?",
        "Your free trial ends on 14 March; your card will not be charged before then.",
        "Free shipping on orders over £40, free returns in store.",
        "You can unsubscribe at any time. Click here to view this email in your browser.",
        "We received a request to reset your password. The link expires in 30 minutes.",
        "If you did not request a password reset, you can ignore this message.",
        "Your verification code is 482 913. The code expires in 10 minutes.",
        "Please verify your email address to finish setting up your account.",
        "Invoice 2024-118 for $1,240.00 is attached; payment is due within 14 days.",
        "Your credit card ending in 4242 was charged $29.00.",
        "Your statement for June is ready. Opening balance: $2,310.55, credit interest: $1.12.",
        "We could not process your payment. Please update your billing information in Settings.",
        "The warranty covers parts and labour for two years; the guarantee does not cover wear.",
        "Delivery dates are estimates and are not guaranteed.",
        "Your order has shipped and should arrive on Tuesday. Track your parcel here.",
        "Dear Ms Okafor, thank you for your application for the post of senior analyst.",
        "Dear friends of the museum, the new season opens on 3 May.",
        "Please find the minutes of Monday's meeting attached.",
        "The webinar is limited to 100 seats; registration closes on Friday.",
        "The Rotterdam office is closed on Monday for the public holiday.",
        "The risk-free rate used in the model is 3.1 percent.",
        "No investment is risk free; the value of your shares can go down as well as up.",
        "Free cash flow rose to $2.3 billion, and the board approved a dividend.",
        "The company raised 12 million dollars in its series A.",
        "You have won the auction for lot 118; please arrange payment within five days.",
        "The city won the bid to host the games.",
        "Remember to name a next of kin on the enclosed form.",
        "Your appointment at the clinic is on 5 June; please bring your prescription.",
        "Refill your prescription through your online pharmacy account.",
        "We've updated our terms of service and privacy policy.",
        "There's a new sign-in to your account from Firefox on Linux. If this was you, ignore this email.",
        "If your account has been compromised, change your password and sign out everywhere.",
        "Your account has been locked after three wrong passwords; it opens again in an hour.",
        "The build failed on main: 3 tests failed, 241 passed.",
        "You have three unread messages from Priya in the project channel.",
        "New in store: linen shirts, wide trousers and a cheap and cheerful raincoat.",
        "Members get 15% off until Sunday with the code SPRING.",
        "Don't miss our autumn programme of concerts and talks.",
        "This week's newsletter: how central banks think about interest rates and debt.",
        "Your subscription renews on 1 August for $96. You can cancel at any time in Settings.",
        "For urgent matters outside office hours call the duty engineer.",
        "The seminar covers the history of the lottery and of public finance.",
        "Our bank does not ask for your PIN, and never will.",
        "He scored from a free kick in extra time.",
        "We never sell your data, and we do not buy email lists.",
        "Please confirm your attendance by Wednesday so we can book a table.",
        "Please enter a new password and confirm it.",
        "Loan repayment schedule: the next instalment is due on 1 October.",
        "The museum café offers a caffeine-free blend and a nut-free menu.",
        "Take a moment to rate your stay; it helps other guests.",
        "The mortgage team can walk you through rates, fees and the application.",
        "Act 2 begins at nine; now and then a scene is sung.",
        "It was a pleasure to meet you yesterday. Here are the figures you asked for.",
        "Your seats are guaranteed until 18:30, then released.",
        "The vaccine clinic is open today only for staff; everyone else from Monday.",
        "The grant pays tuition fees and a monthly stipend.",
        "Our attendee list is not shared with sponsors.",
    ],
    "ru": [
        "После курса вы получите диплом государственного образца.",
        "Как собрать базу для рассылки и не попасть в спам.",
        "Банк усилил борьбу с обналичиванием: что изменится для бизнеса.",
        "Если вам полагается компенсация за отпуск, бухгалтер пришлет расчет.",
        "Ученикам вручили дипломы и аттестаты.",
        "Врач расскажет, как жить с диабетом и гипертонией.",
        "Не существует лекарства, которое помогает всем.",
        "Вы можете отписаться от этой рассылки в любой момент.",
        "Ваш заказ № 1182 передан в службу доставки и прибудет во вторник.",
        "Вы запросили сброс пароля. Перейдите по ссылке, чтобы задать новый.",
        "Если вы не запрашивали смену пароля, просто не обращайте внимания на это письмо.",
        "Код подтверждения: 482913. Никому его не сообщайте.",
        "Ваша кредитная карта готова, её можно забрать в отделении.",
        "Гарантийный талон лежит в коробке вместе с инструкцией.",
        "Гарантийный срок на технику составляет два года.",
        "Ремонт выполнен по гарантии, оплата не требуется.",
        "Выписка по счёту за июнь доступна в личном кабинете.",
        "Следующий платёж по кредиту — 15 000 рублей, дата списания 5 октября.",
        "Кредитная история хранится в бюро семь лет.",
        "Счёт на оплату № 77 во вложении, срок оплаты — пять рабочих дней.",
        "Коллеги, протокол вчерашнего совещания во вложении.",
        "Заработная плата за март будет перечислена десятого числа.",
        "После обновления сервис снова заработал, приносим извинения за неудобства.",
        "Срочный вклад открыт на двенадцать месяцев под 14% годовых.",
        "Дорогие друзья, приглашаем вас на открытие выставки.",
        "Уважаемая Анна Сергеевна, направляем договор на согласование.",
        "Бесплатная доставка при заказе от 3000 рублей.",
        "Звонок по России бесплатный.",
        "Вход на лекцию бесплатный, нужна регистрация.",
        "Вопросы можно задать по телефону или ответным письмом.",
        "Подарочная карта действует один год со дня покупки.",
        "Упаковка подарка стоит 200 рублей.",
        "Новая коллекция уже в магазинах: лён, хлопок и мягкая шерсть.",
        "По карте лояльности действует накопительная скидка.",
        "Команда выиграла матч со счётом 3:1.",
        "Компания выиграла тендер на ремонт моста.",
        "Вы подписались на рассылку музея; отписаться можно в любой момент.",
        "Ваш аккаунт создан. Подтвердите адрес электронной почты.",
        "Мы заметили вход в аккаунт с нового устройства. Если это были вы, ничего делать не нужно.",
        "Мы никогда не спрашиваем код из СМС и пароль от карты.",
        "Не переводите деньги незнакомцам, даже если они называют счёт «безопасным».",
        "Вебинар начнётся в 19:00 по московскому времени, запись пришлём позже.",
        "Аккаунт заблокирован после трёх неверных паролей и откроется через час.",
        "Срок действия договора продлён до конца года.",
        "Поставьте подпись и печать организации и отправьте скан.",
        "Потенциал рынка оценивают в два миллиарда рублей.",
        "Размер членского взноса увеличится с января.",
        "Увеличение потенциала команды — цель обучения на этот год.",
        "Запись к врачу перенесена на 5 июня, возьмите с собой полис.",
        "Препарат отпускается по рецепту врача.",
        "Налог на доходы удержан, справка во вложении.",
        "Компенсация за неиспользованный отпуск выплачена вместе с расчётом.",
        "Банковская гарантия выдана на срок исполнения контракта.",
        "Мы обновили условия использования и политику конфиденциальности.",
        "Поезд отправляется в 8:45, посадка заканчивается за пять минут.",
        "Пожалуйста, подтвердите участие до среды.",
        "Спасибо за покупку! Оцените, пожалуйста, качество обслуживания.",
        "Статья о том, как центральный банк борется с инфляцией.",
        "Перенос данных пройдёт ночью, без риска потерять переписку.",
        "Возврат денег за билет поступит на карту в течение десяти дней.",
    ],
    "uk": [
        "Після курсу ви отримаєте диплом державного зразка.",
        "Як зібрати базу для розсилки й не потрапити в спам.",
        "Банк посилив контроль за обготівкуванням: що зміниться для бізнесу.",
        "Якщо вам належить компенсація за відпустку, бухгалтер надішле розрахунок.",
        "Учням вручили дипломи та атестати.",
        "Лікар розповість, як жити з діабетом і гіпертонією.",
        "Ви можете відписатися від цієї розсилки будь-коли.",
        "Ваше замовлення № 1182 передано до служби доставки, воно прибуде у вівторок.",
        "Ви просили скинути пароль. Перейдіть за посиланням, щоб задати новий.",
        "Якщо ви не просили змінити пароль, просто не зважайте на цей лист.",
        "Код підтвердження: 482913. Нікому його не повідомляйте.",
        "Ваша кредитна картка готова, її можна забрати у відділенні.",
        "Гарантійний талон лежить у коробці разом з інструкцією.",
        "Гарантійний строк на техніку становить два роки.",
        "Ремонт виконано за гарантією, платити не потрібно.",
        "Виписка за рахунком за червень доступна в особистому кабінеті.",
        "Наступний платіж за кредитом — 15 000 гривень, дата списання 5 жовтня.",
        "Кредитна історія зберігається в бюро десять років.",
        "Рахунок на оплату № 77 у вкладенні, строк оплати — п’ять робочих днів.",
        "Колеги, протокол учорашньої наради у вкладенні.",
        "Заробітну плату за березень перерахують десятого числа.",
        "Після оновлення сервіс знову працює, перепрошуємо за незручності.",
        "Строковий вклад відкрито на дванадцять місяців під 14% річних.",
        "Дорогі друзі, запрошуємо вас на відкриття виставки.",
        "Шановна Ганно Сергіївно, надсилаємо договір на погодження.",
        "Безкоштовна доставка від 1500 гривень.",
        "Дзвінки безкоштовні з усіх мобільних операторів.",
        "Вхід на лекцію безкоштовний, потрібна реєстрація.",
        "Безкоштовний тариф не має обмежень у часі; змінити його можна в налаштуваннях.",
        "Довідка: як увімкнути безкоштовне оновлення до нової версії.",
        "Подарункова картка діє один рік від дня купівлі.",
        "Пакування подарунка коштує 60 гривень.",
        "Нова колекція вже в крамницях: льон, бавовна і м’яка вовна.",
        "За карткою лояльності діє накопичувальна знижка.",
        "Команда виграла матч з рахунком 3:1.",
        "Компанія виграла тендер на ремонт мосту.",
        "Ви підписалися на розсилку музею; відписатися можна будь-коли.",
        "Ваш акаунт створено. Підтвердьте адресу електронної пошти.",
        "Ми помітили вхід до акаунта з нового пристрою. Якщо це були ви, нічого робити не треба.",
        "Ми ніколи не питаємо код із СМС і пароль від картки.",
        "Не переказуйте гроші незнайомцям, хоч би як вони називали рахунок.",
        "Вебінар почнеться о 19:00 за Києвом, запис надішлемо пізніше.",
        "Акаунт заблоковано після трьох хибних паролів, він відкриється за годину.",
        "Строк дії договору подовжено до кінця року.",
        "Поставте підпис і печатку організації та надішліть скан.",
        "Потенціал ринку оцінюють у два мільярди гривень.",
        "Розмір членського внеску збільшиться з січня.",
        "Запис до лікаря перенесено на 5 червня, візьміть із собою поліс.",
        "Препарат відпускають за рецептом лікаря.",
        "Податок на доходи утримано, довідка у вкладенні.",
        "Компенсацію за невикористану відпустку виплачено разом з розрахунком.",
        "Банківську гарантію видано на строк виконання контракту.",
        "Ми оновили умови користування і політику конфіденційності.",
        "Потяг відправляється о 8:45, посадка закінчується за п’ять хвилин.",
        "Будь ласка, підтвердьте участь до середи.",
        "Дякуємо за покупку! Оцініть, будь ласка, якість обслуговування.",
        "Стаття про те, як центральний банк бореться з інфляцією.",
        "Перенесення даних мине вночі, без ризику втратити листування.",
        "Повернення коштів за квиток надійде на картку протягом десяти днів.",
    ],
}

# Lone words that honest mail is full of weigh 1 at the most.
LONE_WORDS = (
    "free guarantee guaranteed credit cheap invoice discount offer winner cash bonus money loan urgent sale buy "
    "скидка скидки бесплатно бесплатный гарантия гарантии кредит подарок срочно акция счёт деньги цена дёшево "
    "знижка знижки безкоштовно безкоштовний гарантія кредит подарунок терміново акція рахунок гроші ціна дешево"
).split()


@cache
def entries(language: str) -> tuple[Phrase, ...]:
    text = (LISTS / f"{language}.yaml").read_text(encoding="utf-8")
    return tuple(read_phrases(yaml.safe_load(text)))


@cache
def index(language: str) -> PhraseIndex:
    return compile_phrases(entries(language))


@cache
def all_languages() -> PhraseIndex:
    return compile_phrases(entry for language in LANGUAGES for entry in entries(language))


def written_out(phrase: str) -> str:
    """Return a text that holds the phrase in its shortest form."""
    return phrase.replace("*", "").replace("-NN", "-50").replace("NN", "50")


def rows(table: dict[str, list[tuple[str, str]]]) -> list[tuple[str, str, str]]:
    return [(language, category, marked) for language, cases in table.items() for category, marked in cases]


@pytest.mark.parametrize(("language", "category", "marked"), rows(HITS))
def test_finds_just_what_is_marked(language: str, category: str, marked: str) -> None:
    text = re.sub("[«»]", "", marked)
    found = index(language).find(text)
    assert [text[match.start : match.end] for match in found] == re.findall("«(.*?)»", marked, re.DOTALL)
    assert category in {match.category for match in found}


@pytest.mark.parametrize(("language", "text"), [(lang, text) for lang in LANGUAGES for text in ORDINARY[lang]])
def test_leaves_honest_prose_alone(language: str, text: str) -> None:
    """No list, of whatever language, may weigh an honest sentence."""
    assert [match for match in all_languages().find(text) if match.weight >= 2] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_honest_prose_is_near_silent(language: str) -> None:
    hits = [match for text in ORDINARY[language] for match in index(language).find(text)]
    assert len(hits) <= len(ORDINARY[language]) * 0.15, [match.phrase for match in hits]


@pytest.mark.parametrize("word", LONE_WORDS)
def test_a_lone_common_word_weighs_one_at_most(word: str) -> None:
    assert all(match.weight == 1 for match in all_languages().find(word))


def test_click_here_weighs_one() -> None:
    (match,) = all_languages().find("Click here to read on.")
    assert match.weight == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_stands_twice(language: str) -> None:
    counts = Counter(
        (written_out(entry.text), entry.category if entry.negative else "any category") for entry in entries(language)
    )
    assert [key for key, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_finds_itself(language: str) -> None:
    """A phrase that another phrase, or a negative, takes the place of does nothing."""
    idle = []
    for entry in entries(language):
        text = written_out(entry.text)
        found = [(match.phrase, match.start, match.end) for match in index(language).find(text)]
        if not entry.negative and found != [(entry.text, 0, len(text))]:
            idle.append((entry.text, found))
    assert idle == []


def test_no_language_silences_another() -> None:
    silenced = [
        entry.text
        for language in LANGUAGES
        for entry in entries(language)
        if not entry.negative and not all_languages().find(written_out(entry.text))
    ]
    assert silenced == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_negative_silences_its_category(language: str) -> None:
    positives = [entry for entry in entries(language) if not entry.negative]
    of_category = {
        category: compile_phrases(entry for entry in positives if entry.category == category)
        for category in {entry.category for entry in positives}
    }
    idle, unheeded = [], []
    for entry in entries(language):
        text = written_out(entry.text)
        if entry.negative and not of_category[entry.category].find(text):
            idle.append(entry.text)
        if entry.negative and entry.category in {match.category for match in index(language).find(text)}:
            unheeded.append(entry.text)
    assert (idle, unheeded) == ([], [])


def test_a_category_weighs_the_same_in_every_language() -> None:
    weights: dict[str, set[int]] = {}
    for language in LANGUAGES:
        for entry in entries(language):
            weights.setdefault(entry.category, set()).add(entry.weight)
    assert {name: found for name, found in weights.items() if len(found) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_category_is_explained_and_has_a_case(language: str) -> None:
    document = yaml.safe_load((LISTS / f"{language}.yaml").read_text(encoding="utf-8"))
    assert document["language"] == language
    assert document["source"].strip()
    assert all(category["why"].strip() for category in document["categories"].values())
    assert set(document["categories"]) == {category for category, _ in HITS[language]}


@pytest.mark.parametrize(("language", "least"), [("en", 250), ("ru", 200), ("uk", 200)])
def test_the_lists_are_large_and_mostly_of_several_words(language: str, least: int) -> None:
    positives = [entry for entry in entries(language) if not entry.negative]
    assert len(positives) >= least
    lone = [entry for entry in positives if re.fullmatch(r"[\w']+\*?", entry.text)]
    assert len(lone) <= len(positives) * 0.1
