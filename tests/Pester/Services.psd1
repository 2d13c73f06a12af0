# What the tests that need the whole of PowerShell know of each service; the hosted tests have more (ServiceCase.cs). A new
# service is one row.
#
#   Connection   the usual name of its connections
#   HasLogin     whether a connection can sign in with a user name and a password
#   Issue        the parameters with which a token is issued whose secret can prove itself
#   Proof        what any secret may GET, and the scheme before it; two services have more to it (Get-SecretStatus)
#   Complete     the parameters of a token of which a successor must take over everything
@{
    Services = @(
        @{
            Service = 'Devo'; Connection = 'devo'; HasLogin = $false
            Issue = @{ User = 'user@example.com'; Audience = 'apiv2' }
            Proof = @{ Path = 'whoami'; Scheme = 'Bearer' }
            Complete = @{ Scope = 'table://my.app.table level://admin'; Audience = 'apiv2 alerts' }
        }
        @{
            Service = 'Wegnology'; Connection = 'wegnology'; HasLogin = $true
            Issue = @{ Scope = 'All' }
            Complete = @{ Scope = 'ReadOnly'; Description = 'what for'; ExpiresIn = '45d' }
        }
        @{
            Service = 'Gcore'; Connection = 'gcore'; HasLogin = $true
            Issue = @{ Role = 'Engineers' }
            Proof = @{ Path = 'iam/clients/me'; Scheme = 'APIKey' }
            Complete = @{ Role = 'Users'; Description = 'what for'; ExpiresIn = '45d' }
        }
        @{
            Service = 'ApplicationUsers'; Connection = 'application-users'; HasLogin = $false
            Issue = @{ User = 'jdoe'; ApplyToAll = 'Full' }
            Complete = @{ ApplyToAll = 'Read'; Access = @{ vendor = 'Full' }; ExpirationMonths = 12 }
        }
    )
}
