<?php
// Reads a card as a client of wapi: file_get_contents gets an address whose query holds everything.
//
// APP_ID=... APP_SECRET=... php wapi.php https://HOST-SHOWN-AFTER-LOGIN card.jpg
[, $host, $picture] = $argv;
$params = [
    'appid' => getenv('APP_ID'),
    'format' => 'json',
    'id_card_side' => '',
    'time' => time(),
    'url_image' => base64_encode(file_get_contents($picture)),
];
ksort($params);
$signed = '';
foreach ($params as $name => $value) {
    if (strlen($value) > 0) {
        $signed .= $name . $value;
    }
}
$params['sign'] = md5($signed . getenv('APP_SECRET'));
$answer = file_get_contents($host . '/pyi/76/194?' . http_build_query($params));
if ($answer === false) {
    exit(1);
}
echo $answer, "\n";
