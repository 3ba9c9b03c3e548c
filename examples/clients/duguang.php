<?php
// Reads a card as a client of duguang: curl posts a JSON string, headers and all are printed.
//
// APP_CODE=... php duguang.php https://ocrapi-idcard.taobao.com card.jpg
[, $host, $picture] = $argv;
$request = curl_init($host . '/ocrservice/idcard');
curl_setopt_array($request, [
    CURLOPT_CUSTOMREQUEST => 'POST',
    CURLOPT_HTTPHEADER => ['Authorization:APPCODE ' . getenv('APP_CODE'), 'Content-Type:application/json; charset=UTF-8'],
    CURLOPT_POSTFIELDS => json_encode(['img' => base64_encode(file_get_contents($picture)), 'url' => '']), // escapes each slash
    CURLOPT_FAILONERROR => false,
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_HEADER => true,
]);
$answer = curl_exec($request);
if ($answer === false) {
    fwrite(STDERR, curl_error($request) . "\n");
    exit(1);
}
echo $answer, "\n";
exit(curl_getinfo($request, CURLINFO_RESPONSE_CODE) === 200 ? 0 : 1);
