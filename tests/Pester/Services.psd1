# The facts about each service for the tests that need a complete PowerShell; the hosted tests have more (ServiceCase.cs). Add one
# row for a new service.
#
#   Connection   the default name of its connections
#   HasLogin     whether a connection can sign in with a user name and a password
#   Issue        the parameters of a token whose secret can be checked
#   Proof        the path that any secret may GET, and its scheme; three services need more (Get-SecretStatus)
#   Complete     the parameters of a token of which a new token must copy everything
@{
    Services = @(
        @{
            Service = 'Devo'; Connection = 'devo'; HasLogin = $false
            Issue = @{ User = 'user@example.com'; Audience = 'apiv2'; Scope = 'table://my.app.** level://admin' }
            Complete = @{ Scope = 'table://my.app.table level://admin'; Audience = 'apiv2 alerts' }
        }
        @{
            Service = 'Wegnology'; Connection = 'wegnology'; HasLogin = $true
            Issue = @{ Scope = 'All' }
            Complete = @{ Scope = 'ReadOnly'; Description = 'what for'; ExpiresIn = '45d' }
        }
        @{
            Service = 'Gcore'; Connection = 'gcore'; HasLogin = $true
            Issue = @{ Role = 'Engineers'; ExpiresIn = '180d' }
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
