using System.Management.Automation;
using ApiTokens.Audit;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Connections;
using ApiTokens.PowerShell.Delivery;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Tests tokens against a policy and returns findings.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ApiToken")]
[OutputType(typeof(TokenFinding), typeof(bool))]
public sealed class TestApiTokenCommand : ApiTokenCmdlet
{
    private TokenConnection? _listed;
    private TokenAudit? _audit;
    private TokenResolver? _resolver;
    private FindingSeverity _maximum;
    private bool _found;
    private bool _failed;
    private long _tested;

    /// <summary>The tokens, which may come from a file or another machine. By default, all tokens of -Connection.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "Specifies the tokens: objects, ids or names.")]
    [Alias("InputObject")]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public PSObject[]? Token { get; set; }

    /// <summary>The connections, as objects, names or wildcard patterns; the newest connection by default.</summary>
    [Parameter(
        HelpMessage = "Specifies the connections: names, wildcard patterns or objects from Get-ApiTokenService; * selects all "
            + "connections.")]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    public ConnectionReference[]? Connection { get; set; }

    /// <summary>The policy file (.psd1). Parameters override its values.</summary>
    [Parameter(HelpMessage = "Specifies a policy file (.psd1) with one table of constants, of at most 64 KiB.")]
    public string? Policy { get; set; }

    /// <summary>The time before expiry from which a token causes a warning; 7d by default.</summary>
    [Parameter(HelpMessage = "Specifies how long before its expiry a token is a Warning.")]
    [DurationTransformation]
    [ArgumentCompleter(typeof(PeriodCompleter))]
    public TimeSpan? ExpiryWarning { get; set; }

    /// <summary>The time before expiry from which a token causes an error; 1d by default.</summary>
    [Parameter(HelpMessage = "Specifies how long before its expiry a token is an Error.")]
    [DurationTransformation]
    [ArgumentCompleter(typeof(PeriodCompleter))]
    public TimeSpan? ExpiryError { get; set; }

    /// <summary>The maximum lifetime of a secret; 366d by default.</summary>
    [Parameter(HelpMessage = "Specifies the maximum lifetime of a secret.")]
    [DurationTransformation]
    [ArgumentCompleter(typeof(PeriodCompleter))]
    public TimeSpan? MaximumLife { get; set; }

    /// <summary>The maximum time since a token was last used; 90d by default.</summary>
    [Parameter(HelpMessage = "Specifies the maximum time that a token can be unused.")]
    [DurationTransformation(Back = true)]
    [ArgumentCompleter(typeof(PeriodCompleter))]
    public TimeSpan? MaximumUnused { get; set; }

    /// <summary>The users who may own or issue tokens, as names or wildcard patterns.</summary>
    [Parameter(HelpMessage = "Specifies the users who can own or issue tokens: names or wildcard patterns.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public string[]? KnownUser { get; set; }

    /// <summary>The maximum number of tokens of an account, instead of the limit that its service documents.</summary>
    [Parameter(HelpMessage = "Specifies the maximum number of tokens of an account.")]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public int? TokenLimit { get; set; }

    /// <summary>The share of the limit from which an account is near its limit; 0.9 by default.</summary>
    [Parameter(HelpMessage = "Specifies the share of the token limit from which an account is near the limit, above 0 and up to 1.")]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public double? NearLimit { get; set; }

    /// <summary>The ids of the rules to apply; all rules by default.</summary>
    [Parameter(HelpMessage = "Specifies the ids of rules to apply.")]
    [ArgumentCompleter(typeof(RuleCompleter))]
    public string[]? Rule { get; set; }

    /// <summary>The ids of the rules to exclude.</summary>
    [Parameter(HelpMessage = "Specifies the ids of rules to skip.")]
    [ArgumentCompleter(typeof(RuleCompleter))]
    public string[]? ExcludeRule { get; set; }

    /// <summary>The minimum severity. Findings with a lower severity are omitted.</summary>
    [Parameter(HelpMessage = "Specifies the minimum severity of findings: Information, Warning or Error.")]
    public FindingSeverity? MinimumSeverity { get; set; }

    /// <summary>A vault of SecretManagement whose entries are compared with the tokens of the connections.</summary>
    [Parameter(HelpMessage = "Also compares the entries of a vault of SecretManagement with the tokens of the connections.")]
    [Alias("VaultName")]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public string? Vault { get; set; }

    /// <summary>Returns a Boolean: true if all tokens could be tested and no finding has the severity Warning or Error.</summary>
    [Parameter(
        HelpMessage = "Returns one boolean instead of findings: true if all tokens could be tested and there is no finding of severity "
            + "Warning or higher.")]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            _audit = new TokenAudit(ReadPolicy()) { TokenLimit = TokenLimitOf, IsOwnToken = IsOwnToken, Vault = ReadVault() };
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, e.ErrorId == "InvalidPolicy" ? Policy : Vault);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (PSObject? input in Token ?? [])
        {
            try
            {
                if (Resolve(input) is { } token)
                {
                    Check(token);
                }
            }
            catch (ApiTokenException e)
            {
                ReportFailure(e, input);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // If the cmdlet is in a pipeline without input, it must not test all tokens.
        if (Token is null && !MyInvocation.ExpectingInput)
        {
            foreach (TokenConnection connection in ResolveConnections(Connection))
            {
                List(connection);
            }
        }
        else if (_tested == 0 && !_failed && Quiet)
        {
            // This cmdlet does not see errors of earlier commands. A pipeline without tokens may be the result of a failed list.
            ReportFailure(
                new ApiTokenException(
                    ErrorKind.ObjectNotFound,
                    "No tokens were tested, because the pipeline passed none.",
                    "To test all tokens of a connection, run Test-ApiToken -Connection without a pipeline.",
                    ErrorIds.NothingTested),
                null);
        }

        Write(_audit!.Complete());
        if (Quiet)
        {
            WriteObject(!_failed && !(_found && _maximum >= FindingSeverity.Warning));
        }
    }

    private FindingPolicy ReadPolicy()
    {
        FindingPolicy policy = Policy is null ? new FindingPolicy() : PolicyFile.Read(GetUnresolvedProviderPathFromPSPath(Policy));
        return policy with
        {
            ExpiryWarning = ExpiryWarning ?? policy.ExpiryWarning,
            ExpiryError = ExpiryError ?? Shorter(policy.ExpiryError, Policy is null ? ExpiryWarning : null),
            MaximumLife = MaximumLife ?? policy.MaximumLife,
            MaximumUnused = MaximumUnused ?? policy.MaximumUnused,
            KnownUser = KnownUser ?? policy.KnownUser,
            TokenLimit = TokenLimit ?? policy.TokenLimit,
            NearLimit = NearLimit ?? policy.NearLimit,
            Rule = Rule ?? policy.Rule,
            ExcludeRule = ExcludeRule ?? policy.ExcludeRule,
            MinimumSeverity = MinimumSeverity ?? policy.MinimumSeverity,
        };
    }

    // Only if all tokens of an account are known, an entry can be without a token.
    private VaultContent? ReadVault()
    {
        if (Vault is null)
        {
            return null;
        }

        if (Token is not null || MyInvocation.ExpectingInput)
        {
            throw ApiTokenException.InvalidParameter(
                "Vault", "it cannot be combined with -Token or the pipeline, because it requires all tokens of an account.",
                "Specify -Connection instead.");
        }

        var vault = new SecretVault(this, Vault);
        vault.Check();
        return new VaultContent(Vault, [.. vault.List().Select(entry => new VaultEntry(
            entry.Name, $"{entry.Metadata["service"]}" is { Length: > 0 } service ? service : null,
            $"{entry.Metadata["account"]}" is { Length: > 0 } account ? account : null,
            $"{entry.Metadata["tokenId"]}" is { Length: > 0 } id ? id : null))]);
    }

    private static int? TokenLimitOf(ApiToken token) =>
        Connections.Find(token.Connection) is { } connection && connection.AccountIdentity.Equals(TokenIdentity.Of(token).Account)
            ? connection.TokenLimit : null;

    // Tokens from a file or a pipeline are tested without a request.
    private bool IsOwnToken(ApiToken token) =>
        _listed is { } connection && Wait(cancellationToken => connection.Tokens.IsOwnTokenAsync(token, cancellationToken));

    // A short -ExpiryWarning must not conflict with the longer default of the other threshold.
    private static TimeSpan Shorter(TimeSpan error, TimeSpan? warning) => warning < error ? warning.Value : error;

    private ApiToken? Resolve(PSObject? input)
    {
        if (input?.BaseObject is ApiToken token)
        {
            return token;
        }

        if (input is not null && new TokenReader(input).ReadToken() is { } record)
        {
            return record;
        }

        if (TokenReference.From(input) is not { } reference)
        {
            throw ApiTokenException.InvalidParameter(
                "Token", "the object is not a token and has no property Id or Name.", "Specify tokens from Get-ApiToken, ids or names.");
        }

        // The input is an id, a name or an incomplete record, so the token is read from the service.
        _resolver ??= new TokenResolver(this, Connection is null ? null : ResolveConnections(Connection));
        (TokenConnection connection, ApiToken found) = _resolver.Resolve(reference);
        return found.CreatedAt is null ? Wait(cancellationToken => connection.Tokens.GetAsync(found.Id, cancellationToken)) : found;
    }

    private void List(TokenConnection connection)
    {
        _listed = connection;
        try
        {
            foreach (ApiToken token in Enumerate(cancellationToken => connection.Tokens.List(TokenFilter.Existing, cancellationToken)))
            {
                Check(token);
            }

            _audit!.CompleteAccount(connection);
        }
        catch (ApiTokenException e)
        {
            ReportFailure(e, connection);
        }
    }

    private void Check(ApiToken token)
    {
        IReadOnlyList<TokenFinding> findings = _audit!.Check(token);
        _tested++;
        Write(findings);
    }

    private void Write(IReadOnlyList<TokenFinding> findings)
    {
        foreach (TokenFinding finding in findings)
        {
            if (!finding.IsWaived)
            {
                _maximum = _found && _maximum > finding.Severity ? _maximum : finding.Severity;
                _found = true;
            }

            if (!Quiet)
            {
                WriteObject(finding);
            }
        }
    }

    private void ReportFailure(ApiTokenException error, object? target)
    {
        _failed = true;
        Fail(error, target);
    }
}
