# The module's exchanges with Gcore: every cmdlet that sends a request, and the errors of the service.
. "$PSScriptRoot/common.ps1"

$null = Connect-ApiTokenService Gcore -Token (ConvertTo-Secret $service.secret) -BaseUri $service.baseUri -Name gcore
$password = [pscredential]::new($service.username, (ConvertTo-Secret $service.password))
$null = Connect-ApiTokenService Gcore -Credential $password -BaseUri $service.baseUri -Name login
Assert-That 'a session lists the tokens' -Holds (@(Get-ApiToken -Connection login).Count -gt 0)
$null = Get-ApiTokenPermission -Connection gcore

$token = New-ApiToken -Connection gcore -Name ci -Role Engineers -ExpiresIn 90d -Description 'Deploys.'
$never = New-ApiToken -Connection gcore -Name never -Role 2 -NeverExpires
$session = New-ApiToken -Connection login -Name session -Role 'Purge and Prefetch only (API)' -ExpiresIn 30d
Assert-That 'the token has a role and a secret' -Holds ($token.Role -eq 'Engineers' -and $token.Secret.Length -gt 0)
Assert-That 'a token is read by its id' -Holds ((Get-ApiToken -Connection gcore -Id $token.Id).Name -eq 'ci')
Assert-That 'a new token was never used' -Holds ($null -eq (Get-ApiToken -Connection gcore -Id $token.Id).LastUsedAt)
Assert-That 'the tokens of a role are listed' -Holds (@(Get-ApiToken -Connection gcore -Role Engineers).Count -ge 1)
Assert-That 'the tokens of an issuer are listed' -Holds (@(Get-ApiToken -Connection gcore -Issuer 2001).Count -ge 1)
Assert-That 'deleted tokens are listed' -Holds (@(Get-ApiToken -Connection gcore -Status Revoked, Expired).Count -ge 1)
$null = Get-ApiToken -Connection gcore | Test-ApiToken

$successor = $token | Reset-ApiToken
Assert-That 'the reset is proved' -Holds ($successor.Id -ne $token.Id)
Assert-That 'a token that was used has a time of its last use' -Holds ($null -ne (Get-ApiToken -Connection gcore -Id $successor.Id).LastUsedAt)
Assert-That 'a secret is found' -Holds ((Find-ApiToken -Secret $successor.Secret -Connection gcore -Probe).Id -eq $successor.Id)

$successor, $never, $session | Remove-ApiToken
Assert-That 'the token is deleted' -Holds ((Get-ApiToken -Connection gcore -Id $successor.Id).Status -eq 'Revoked')
Assert-Error 'ObjectNotFound' { $never | Remove-ApiToken }
Assert-Error 'ObjectNotFound' { Get-ApiToken -Connection gcore -Id 999999 }
Assert-Error 'ObjectNotFound' { Remove-ApiToken 999999 -Connection gcore }
Assert-Error 'AuthenticationError' {
    Connect-ApiTokenService Gcore -Token (ConvertTo-Secret '7001_0000000000000000') -BaseUri $service.baseUri -Name wrong
}
Assert-Error 'AuthenticationError' {
    $wrong = [pscredential]::new($service.username, (ConvertTo-Secret 'wrong password'))
    Connect-ApiTokenService Gcore -Credential $wrong -BaseUri $service.baseUri -Name wrong
}

# An engineer sees the tokens of the same issuer only, and cannot issue a higher role.
$engineer = New-ApiToken -Connection gcore -Name engineer -Role Engineers -ExpiresIn 30d
$null = Connect-ApiTokenService Gcore -Token $engineer.Secret -BaseUri $service.baseUri -Name engineer
$others = Get-ApiToken -Connection gcore -Issuer 2002
Assert-Error 'PermissionDenied' { Get-ApiToken -Connection engineer -Id $others[0].Id }
Assert-Error 'InvalidRole' { New-ApiToken -Connection engineer -Name n -Role Administrators -ExpiresIn 30d }
