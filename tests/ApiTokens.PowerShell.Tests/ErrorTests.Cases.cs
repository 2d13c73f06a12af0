using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

public sealed partial class ErrorTests
{
    // A device file: writing a journal there fails as on a full disk.
    private const string UnwritableFile = "/proc/thread-self/loginuid";

    /// <summary>
    /// The cases by error id, with a suffix for several cases of one id: how to provoke the error, and its expected record.
    /// </summary>
    private static readonly Dictionary<string, ErrorCase> Cases = new()
    {
        ["InvalidRegion"] = new("ConnectApiTokenService", ErrorCategory.InvalidArgument, EndsPipeline: true, test => new(
            test.Run("param($Secret) Connect-ApiTokenService Devo my_domain -Token $Secret -Region nowhere", "00112233".ToSecret()),
            IsText("Devo"))),

        // Responses of a service.
        ["InvalidData (400)"] = RemovalAnsweredWith(400, ErrorCategory.InvalidData),
        ["InvalidData (422)"] = RemovalAnsweredWith(422, ErrorCategory.InvalidData),
        ["AuthenticationError"] = RemovalAnsweredWith(401, ErrorCategory.AuthenticationError, endsPipeline: true),
        ["PermissionDenied"] = RemovalAnsweredWith(403, ErrorCategory.PermissionDenied),
        ["ObjectNotFound"] = RemovalAnsweredWith(404, ErrorCategory.ObjectNotFound),
        ["ResourceExists"] = RemovalAnsweredWith(409, ErrorCategory.ResourceExists),

        // Longer than the maximum wait.
        ["RetryAfterTooLong"] = RemovalAnsweredWith(429, ErrorCategory.LimitsExceeded, retryAfter: "600"),
        ["OperationTimeout"] = RegenerationAnsweredWith(408, ErrorCategory.OperationTimeout),
        ["ConnectionError"] = RegenerationAnsweredWith(500, ErrorCategory.ConnectionError),
        ["InvalidResult"] = new("GetApiToken", ErrorCategory.InvalidResult, EndsPipeline: false, test =>
        {
            test.Sandbox.AddFault(new { service = "gcore", method = "GET", kind = "notJson" });
            return new(test.Run("Get-ApiToken -Connection gcore"), IsConnection("gcore"));
        }),
        ["UnexpectedRedirect"] = new("ConnectApiTokenService", ErrorCategory.InvalidResult, EndsPipeline: true, test =>
        {
            using var server = RawServer.Redirect();
            return new(
                test.Run(
                    "param($Secret, $Uri) Connect-ApiTokenService Devo my_domain -Token $Secret -BaseUri $Uri",
                    "00112233".ToSecret(),
                    server.BaseUri),
                IsText("Devo"));
        }),

        ["ProxyAuthenticationRequired"] = new("ConnectApiTokenService", ErrorCategory.ConnectionError, EndsPipeline: true, test =>
        {
            using var proxy = new RefusingProxy();
            return new(
                test.Run(
                    "param($Secret, $Proxy) Connect-ApiTokenService Devo my_domain -Token $Secret -BaseUri https://devo.example "
                        + "-Proxy $Proxy",
                    "00112233".ToSecret(),
                    proxy.Address),
                IsText("Devo"));
        }),

        // Choosing a token and a connection.
        ["AmbiguousConnection (a token)"] = new("RemoveApiToken", ErrorCategory.InvalidArgument, EndsPipeline: false, test => new(
            test.Run("Remove-ApiToken '424242' -Connection gcore, devo"), IsText("424242"))),
        ["AmbiguousConnection (a new token)"] = new("NewApiToken", ErrorCategory.InvalidArgument, EndsPipeline: false, test => new(
            test.Run("New-ApiToken -Connection devo, gcore -Name both"), IsText("both"))),
        ["AmbiguousName"] = new("RemoveApiToken", ErrorCategory.InvalidArgument, EndsPipeline: false, test =>
        {
            string name = NewName();
            test.NewToken("gcore", name);
            test.NewToken("gcore", name);
            return new(test.Run("param($Name) Remove-ApiToken $Name -Connection gcore", name), IsText(name));
        }),
        ["ConfirmationNeeded"] = new("DisableApiToken", ErrorCategory.InvalidOperation, EndsPipeline: true, test =>
        {
            test.Session.Host.Asked = () => throw new PSInvalidOperationException("PowerShell is in NonInteractive mode.");
            return new(test.Run("$ConfirmPreference = 'High'; Get-ApiToken -Connection devo | Disable-ApiToken"), Assert.Null);
        }),
        ["ConnectionMismatch"] = new("RemoveApiToken", ErrorCategory.InvalidArgument, EndsPipeline: false, test =>
        {
            PSObject token = test.NewToken("gcore");
            return new(test.Run("param($Token) $Token | Remove-ApiToken -Connection devo", token), IsToken(token));
        }),
        ["ConnectionNotFound (a parameter)"] = new("GetApiToken", ErrorCategory.ObjectNotFound, EndsPipeline: true, test => new(
            test.Run("Get-ApiToken -Connection nowhere"), target => Assert.Equal("nowhere", LanguagePrimitives.ConvertTo<string>(target)))),
        ["ConnectionNotFound (a name)"] = new("GetApiTokenService", ErrorCategory.ObjectNotFound, EndsPipeline: false, test => new(
            test.Run("Get-ApiTokenService nowhere"), IsText("nowhere"))),
        ["WildcardNotAllowed"] = new("RemoveApiToken", ErrorCategory.InvalidOperation, EndsPipeline: false, test => new(
            test.Run("Remove-ApiToken '*' -Connection devo"), IsText("*"))),

        // Operations that a token or a service does not allow.
        ["OperationNotSupported"] = new("DisableApiToken", ErrorCategory.NotImplemented, EndsPipeline: false, test =>
        {
            PSObject token = test.NewToken("gcore");
            return new(test.Run("param($Token) $Token | Disable-ApiToken", token), IsToken(token));
        }),
        ["OwnTokenProtected"] = new("RemoveApiToken", ErrorCategory.InvalidOperation, EndsPipeline: false, test =>
        {
            PSObject own = test.Single("Get-ApiToken -Connection gcore -Name administrator");
            return new(test.Run("param($Token) $Token | Remove-ApiToken", own), IsToken(own));
        }),
        ["SecretNotShown"] = new("GetApiToken", ErrorCategory.PermissionDenied, EndsPipeline: false, test =>
        {
            test.Output("param($Info) Connect-ApiTokenService -ConnectionInfo $Info", test.Sandbox.Person("devo", "engineer"));
            try
            {
                return new(test.Run("Get-ApiToken -Connection devo-engineer -Id 2 -IncludeSecret"), IsText("2"));
            }
            finally
            {
                test.Session.Disconnect("devo-engineer");
            }
        }),
        ["TokenInactive"] = new("ResetApiToken", ErrorCategory.ResourceExists, EndsPipeline: false, test =>
        {
            PSObject token = test.NewToken("wegnology");
            test.Output("param($Token) $Token | Disable-ApiToken", token);
            return test.Reset(token);
        }),
        ["TokenEnabled"] = new("RemoveApiToken", ErrorCategory.ResourceExists, EndsPipeline: false, test =>
        {
            string journal = test.NewPath(".jsonl");
            PSObject token = test.NewToken("wegnology");
            test.Output(
                "param($Token, $Path) $Token | Disable-ApiToken -RemoveAfter ([timespan] 1) -JournalPath $Path", token, journal);
            test.Output("param($Token) $Token | Enable-ApiToken", token);
            return new(test.Run("param($Path) Remove-ApiToken -Due -JournalPath $Path", journal), IsToken(token));
        }),
        ["VerificationFailed"] = new("ResetApiToken", ErrorCategory.InvalidResult, EndsPipeline: false, test =>
        {
            PSObject token = test.NewToken("wegnology");
            return new(test.Run("param($Token) $Token | Reset-ApiToken -Verify { $false }", token), IsToken(token));
        }),
        ["TokenNotRemoved"] = new("UseApiToken", ErrorCategory.PermissionDenied, EndsPipeline: false, test =>
        {
            test.Sandbox.AddFault(new { kind = "status", service = "gcore", method = "DELETE", status = 403 });
            return new(
                test.Run("Use-ApiToken -Connection gcore -Role Users { }"),
                target => Assert.Equal("gcore", PSObject.AsPSObject(target!).Text("Connection")));
        }),
        ["OwnTokenUnknown"] = new("ResetApiToken", ErrorCategory.NotImplemented, EndsPipeline: false, test =>
        {
            test.Run(
                "param($S) Connect-ApiTokenService $S.Service -Credential $S.Credential -BaseUri $S.BaseUri -Name person "
                    + "-WarningAction Ignore",
                test.Sandbox.Service("gcore"));
            RunResult result = test.Run("Reset-ApiToken -Own -Connection person");
            test.Run("Disconnect-ApiTokenService person");
            return new(result, target => Assert.Equal("person", $"{target}"));
        }),
        ["TokenRevoked"] = new("ResetApiToken", ErrorCategory.ResourceExists, EndsPipeline: false, test =>
        {
            PSObject token = test.NewToken("application-users");
            test.Output("param($Token) $Token | Remove-ApiToken", token);
            return test.Reset(token);
        }),
        ["DuplicateToken"] = new("ResetApiToken", ErrorCategory.InvalidOperation, EndsPipeline: false, test =>
        {
            PSObject token = test.NewToken("wegnology");
            return new(test.Run("param($Token) $Token, $Token | Reset-ApiToken -Confirm:$false", token), IsToken(token));
        }),
        ["TokenLimitReached"] = new("ResetApiToken", ErrorCategory.LimitsExceeded, EndsPipeline: false, test =>
        {
            int room = 100 - test.Output("Get-ApiToken -Connection gcore | Where-Object Status -NE Expired").Count;
            object tokens = test.Output(
                "param($Count) 1..$Count | ForEach-Object { [pscustomobject]@{ Name = \"full-$_\" } } | "
                    + "New-ApiToken -Connection gcore -Role Users -ExpiresIn 30d",
                room).ToArray();
            try
            {
                return test.Reset(((PSObject[])tokens)[0]);
            }
            finally
            {
                test.Output("param($Tokens) $Tokens | Remove-ApiToken", tokens);
            }
        }),

        // Journals.
        ["JournalMismatch"] = new("RemoveApiToken", ErrorCategory.InvalidOperation, EndsPipeline: true, test =>
        {
            string path = test.NewPath(".jsonl");
            File.WriteAllText(path, "{\"some\":\"json\"}\n");
            return test.RemoveWithJournal(path);
        }),
        ["JournalNotFound"] = new("RemoveApiToken", ErrorCategory.ObjectNotFound, EndsPipeline: true, test =>
        {
            string path = test.NewPath(".jsonl");
            return new(test.Run("param($Path) Remove-ApiToken -Due -JournalPath $Path", path), IsText(path));
        }),
        ["JournalNotOpened (no path of a file)"] = new(
            "RemoveApiToken", ErrorCategory.InvalidArgument, EndsPipeline: true, test => test.RemoveWithJournal("env:journal")),
        ["JournalNotOpened (in use)"] = new("RemoveApiToken", ErrorCategory.InvalidOperation, EndsPipeline: true, test =>
        {
            string path = test.NewPath(".jsonl");
            using FileStream other = new(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
            return test.RemoveWithJournal(path);
        }),
        ["JournalNotWritten"] = new(
            "RemoveApiToken", ErrorCategory.InvalidOperation, EndsPipeline: true, test => test.RemoveWithJournal(UnwritableFile))
        {
            IsAvailable = File.Exists(UnwritableFile),
        },

        // Leaks and findings.
        ["NothingTested"] = new("TestApiToken", ErrorCategory.ObjectNotFound, EndsPipeline: false, test => new(
            test.Run("@() | Test-ApiToken -Quiet"), Assert.Null)),
        ["OwnCredentialLeaked"] = new("FindApiToken", ErrorCategory.ObjectNotFound, EndsPipeline: false, test =>
        {
            // The token of the user does not belong to the application.
            PSObject service = test.ServiceOf("wegnology");
            test.Single(
                "param($Service, $Account) Connect-ApiTokenService Wegnology $Account -Token $Service.Secret "
                    + "-BaseUri $Service.BaseUri -Name application -SkipCheck",
                service,
                service.List("OtherAccounts").First(account => account.StartsWith("application/")));
            try
            {
                return new(
                    test.Run("param($Secret) Find-ApiToken $Secret -Connection application", service.Get("Secret")), IsText("secret 1"));
            }
            finally
            {
                test.Output("Disconnect-ApiTokenService application");
            }
        }),
        ["SecretNotAttributed"] = new("FindApiToken", ErrorCategory.ObjectNotFound, EndsPipeline: false, test => new(
            test.Run("param($Secret) Find-ApiToken $Secret", ServiceCase.Of("gcore").UnknownSecret.ToSecret()), IsText("secret 1"))),

        // Issuing and rotating.
        ["OrphanedToken"] = new("NewApiToken", ErrorCategory.ConnectionError, EndsPipeline: false, test =>
        {
            test.Sandbox.AddFault(new { service = "gcore", method = "POST", kind = "reset", when = "after" });
            string name = NewName();
            RunResult result = test.Run("param($Name) New-ApiToken -Connection gcore -Role Users -ExpiresIn 30d -Name $Name", name);
            return new(result, IsToken(test.Single("param($Name) Get-ApiToken -Connection gcore -Name $Name", name)));
        }),
        ["PredecessorNotDisabled"] = RotationAnsweredWith(
            403, ErrorCategory.PermissionDenied, method: "PATCH", path: "/wegnology/me/tokens/*", parameters: "-Predecessor Disable"),
        ["PredecessorNotRemoved"] = RotationAnsweredWith(
            403, ErrorCategory.PermissionDenied, method: "DELETE", path: "/wegnology/me/tokens/*"),
        ["SuccessorNotProved"] = RotationAnsweredWith(400, ErrorCategory.InvalidData, method: "GET", path: "/wegnology/me"),
        ["SuccessorRefused"] = RotationAnsweredWith(401, ErrorCategory.InvalidResult, method: "GET", path: "/wegnology/me", count: 4),
        ["SuccessorNotActive"] = new("RemoveApiToken", ErrorCategory.ResourceExists, EndsPipeline: false, test =>
        {
            string journal = test.NewPath(".jsonl");
            PSObject predecessor = test.NewToken("gcore");
            PSObject successor = test.Single(
                "param($Token, $Path) $Token | Reset-ApiToken -GracePeriod ([timespan] 1) -JournalPath $Path", predecessor, journal);
            test.Output("param($Token) $Token | Remove-ApiToken", successor);
            return new(test.Run("param($Path) Remove-ApiToken -Due -JournalPath $Path", journal), IsToken(predecessor));
        }),
        ["SecretRefused"] = new("ResetApiToken", ErrorCategory.InvalidResult, EndsPipeline: false, test =>
        {
            PSObject token = test.NewToken("application-users");
            test.Sandbox.AddFault(new { path = "/application-users/sites/*/me", kind = "status", status = 401, count = 4 });
            return test.Reset(token);
        }),

        // Secrets in files and vaults.
        ["SecretExists"] = new("NewApiToken", ErrorCategory.ResourceExists, EndsPipeline: true, test =>
        {
            string path = test.NewPath(".txt");
            File.WriteAllText(path, "another secret");
            return new(test.Run("param($Path) New-ApiToken x -Connection gcore -Role Users -ExpiresIn 30d -Path $Path", path), Assert.Null);
        }),
        ["SecretNotSaved"] = new("NewApiToken", ErrorCategory.InvalidOperation, EndsPipeline: false, test =>
        {
            RunResult result = test.Run(
                "param($Path) New-ApiToken -Connection gcore -Role Users -ExpiresIn 30d -Name unsaved "
                    + "-Path { \"$Path/missing-$($_.Id)/secret\" }",
                test.Folder);
            return new(result, IsToken(result.Single));
        }),
        ["SecretDestinationInUse"] = new("NewApiToken", ErrorCategory.ResourceExists, EndsPipeline: false, test => new(
            test.Run(
                "param($Path) 'one', 'two' | ForEach-Object { [pscustomobject]@{ Name = $_ } } | "
                    + "New-ApiToken -Connection gcore -Role Users -ExpiresIn 30d -Path $Path",
                test.NewPath(".txt")),
            IsText("two"))),
        ["SecretManagementNotFound"] = new("NewApiToken", ErrorCategory.ObjectNotFound, EndsPipeline: true, test =>
            test.NewTokenIntoVault("$global:PSModuleAutoLoadingPreference = 'None'")),
        ["VaultNotFound"] = new("NewApiToken", ErrorCategory.ObjectNotFound, EndsPipeline: true, test =>
            test.NewTokenIntoVault(SecretManagement(getVault: "throw \"There is no vault $Name.\"", testVault: "$true"))),
        ["VaultNotReady"] = new("NewApiToken", ErrorCategory.InvalidOperation, EndsPipeline: true, test =>
            test.NewTokenIntoVault(SecretManagement(getVault: "[pscustomobject]@{ Name = $Name }", testVault: "$false"))),
        ["SecretNotRead"] = new("ConnectApiTokenService", ErrorCategory.ObjectNotFound, EndsPipeline: true, test =>
        {
            using ModuleSession session = test.OpenSession();
            FakeVault.Import(session, []);
            return new(session.Run("Connect-ApiTokenService Gcore -Vault ops -SecretName none"), IsText("Gcore"));
        }),
        ["PolicyViolation"] = new("NewApiToken", ErrorCategory.PermissionDenied, EndsPipeline: false, test =>
        {
            string policy = test.NewPath(".psd1");
            File.WriteAllText(policy, "@{ MaximumLife = '1d' }");
            return new(
                test.Run("param($Path) New-ApiToken never -Connection gcore -Role Users -ExpiresIn 30d -Policy $Path", policy),
                IsText("never"));
        }),

        // Reports and the sandbox.
        ["ReportExists"] = new("ExportApiTokenReport", ErrorCategory.ResourceExists, EndsPipeline: true, test =>
        {
            string path = test.NewPath(".csv");
            File.WriteAllText(path, "before");
            return new(test.Run("param($Path) Export-ApiTokenReport $Path -NoClobber", path), IsText(path));
        }),
        ["ReportFolderNotFound"] = new("ExportApiTokenReport", ErrorCategory.ObjectNotFound, EndsPipeline: true, test =>
        {
            string path = Path.Combine(test.Folder, "missing", "report.csv");
            return new(test.Run("param($Path) Export-ApiTokenReport $Path", path), IsText(path));
        }),
        ["ReportNotWritten"] = new("ExportApiTokenReport", ErrorCategory.PermissionDenied, EndsPipeline: true, test =>
        {
            string path = test.NewPath(".csv");
            File.WriteAllText(path, "before");
            File.SetAttributes(path, FileAttributes.ReadOnly);
            RunResult result = test.Run("param($Path) Export-ApiTokenReport $Path", path);
            File.SetAttributes(path, FileAttributes.Normal);
            return new(result, IsText(path));
        }),
        ["SandboxNotStarted"] = new("StartApiTokenSandbox", ErrorCategory.ConnectionError, EndsPipeline: true, test => new(
            test.Run("param($Port) Start-ApiTokenSandbox -Port $Port", test.Sandbox.BaseUri.Port), Assert.Null)),
    };

    private static ErrorCase RemovalAnsweredWith(
        int status, ErrorCategory category, bool endsPipeline = false, string? retryAfter = null) =>
        new("RemoveApiToken", category, endsPipeline, test =>
        {
            PSObject token = test.NewToken("gcore");
            var fault = new Dictionary<string, object>
            {
                ["service"] = "gcore",
                ["method"] = "DELETE",
                ["kind"] = "status",
                ["status"] = status,
            };
            if (retryAfter is not null)
            {
                fault["retryAfter"] = retryAfter;
            }

            test.Sandbox.AddFault(fault);
            return new(test.Run("param($Token) $Token | Remove-ApiToken", token), IsToken(token));
        });

    // This request is never retried.
    private static ErrorCase RegenerationAnsweredWith(int status, ErrorCategory category) =>
        new("ResetApiToken", category, EndsPipeline: false, test =>
        {
            PSObject token = test.NewToken("application-users");
            test.Sandbox.AddFault(new { path = "/application-users/*/regenerate", method = "POST", kind = "status", status });
            return test.Reset(token);
        });

    private static ErrorCase RotationAnsweredWith(
        int status, ErrorCategory category, string method, string path, string parameters = "", int count = 1) =>
        new("ResetApiToken", category, EndsPipeline: false, test =>
        {
            PSObject token = test.NewToken("wegnology");
            test.Sandbox.AddFault(new { path, method, kind = "status", status, count });
            return test.Reset(token, parameters);
        });

    /// <summary>A script that loads a module with the name of SecretManagement and some of its functions.</summary>
    private static string SecretManagement(string getVault, string testVault) =>
        $$"""
        New-Module -Name Microsoft.PowerShell.SecretManagement {
            function Get-SecretVault { [CmdletBinding()] param($Name) {{getVault}} }
            function Test-SecretVault { [CmdletBinding()] param($Name) {{testVault}} }
            function Set-Secret {
                [CmdletBinding(SupportsShouldProcess)] param($Vault, $Name, $Secret, $Metadata) throw 'Nothing may be saved here.'
            }
        } | Import-Module -Global
        """;

    private static Action<object?> IsText(string text) => target => Assert.Equal(text, target);

    private static Action<object?> IsConnection(string name) => target => Assert.Equal(name, PSObject.AsPSObject(target).Text("Name"));

    private static Action<object?> IsToken(PSObject token) => target =>
    {
        PSObject actual = PSObject.AsPSObject(target);
        Assert.Equal(
            [token.Text("Connection"), token.Text("Id"), token.Text("Name")],
            [actual.Text("Connection"), actual.Text("Id"), actual.Text("Name")]);
    };

    private Outcome Reset(PSObject token, string parameters = "") =>
        new(Run($"param($Token) $Token | Reset-ApiToken {parameters}", token), IsToken(token));

    private Outcome RemoveWithJournal(string path) =>
        new(Run("param($Path) Remove-ApiToken 424242 -Connection gcore -JournalPath $Path", path), IsText(path));

    private Outcome NewTokenIntoVault(string preparation)
    {
        using ModuleSession session = OpenSession();
        session.Run(preparation).ShouldSucceed();
        return new(session.Run("New-ApiToken never -Connection gcore -Role Users -ExpiresIn 30d -Vault Any"), Assert.Null);
    }

    private PSObject ServiceOf(string connection) =>
        ((IEnumerable<object>)Sandbox.Started.Get("Services")!)
            .Select(PSObject.AsPSObject)
            .Single(service => service.Text("Service") == connection);

    private sealed record ErrorCase(string Cmdlet, ErrorCategory Category, bool EndsPipeline, Func<ErrorTests, Outcome> Provoke)
    {
        /// <summary>Whether the error can be provoked on this machine.</summary>
        public bool IsAvailable { get; init; } = true;
    }

    private sealed record Outcome(RunResult Result, Action<object?> AssertTarget);
}
