using System.Management.Automation;
using ApiTokens.Audit;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Connections;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>What is wrong with tokens: findings against a policy.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ApiToken")]
[OutputType(typeof(TokenFinding), typeof(bool))]
public sealed class TestApiTokenCommand : ApiTokenCmdlet
{
    private TokenAudit? _audit;
    private TokenResolver? _resolver;
    private FindingSeverity _worst;
    private bool _found;
    private bool _failed;
    private long _tested;

    /// <summary>Tokens, also ones that come from a file or another machine. Without any, all of -Connection.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("InputObject")]
    public PSObject[]? Token { get; set; }

    /// <summary>Connections, names or wildcard patterns; the newest by default.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    public ConnectionReference[]? Connection { get; set; }

    /// <summary>A policy file (.psd1); a parameter given beside it counts more.</summary>
    [Parameter]
    public string? Policy { get; set; }

    /// <summary>How long before its end a token is a warning; 7d by default.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? ExpiryWarning { get; set; }

    /// <summary>How long before its end a token is an error; 1d by default.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? ExpiryError { get; set; }

    /// <summary>How long a secret may live; 366d by default.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? MaximumLife { get; set; }

    /// <summary>How long a token may go without being used; 90d by default.</summary>
    [Parameter]
    [DurationTransformation(Back = true)]
    public TimeSpan? MaximumUnused { get; set; }

    /// <summary>The people who may own or have issued tokens, as names or wildcard patterns.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? KnownUser { get; set; }

    /// <summary>The most tokens that an account may have, in place of what its service documents.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? TokenLimit { get; set; }

    /// <summary>From which share of the limit on an account is near it; 0.9 by default.</summary>
    [Parameter]
    public double? NearLimit { get; set; }

    /// <summary>The rules to apply, by id; all by default.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RuleCompleter))]
    public string[]? Rule { get; set; }

    /// <summary>The rules to leave out, by id.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RuleCompleter))]
    public string[]? ExcludeRule { get; set; }

    /// <summary>Leaves out findings that matter less.</summary>
    [Parameter]
    public FindingSeverity? MinimumSeverity { get; set; }

    /// <summary>Gives one boolean: true if all tokens could be tested and there is no finding of Warning or worse.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            _audit = new TokenAudit(ReadPolicy());
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, Policy);
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
                NoteFailure(e, input);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // An empty pipeline is no wish to test everything.
        if (Token is null && !MyInvocation.ExpectingInput)
        {
            foreach (TokenConnection connection in ResolveConnections(Connection))
            {
                List(connection);
            }
        }
        else if (_tested == 0 && !_failed && Quiet)
        {
            // What went wrong before this cmdlet is not seen here: no token at all can be a list that failed.
            NoteFailure(new ApiTokenException(
                ErrorKind.ObjectNotFound, "No token came down the pipeline: nothing was tested.", "Leave the pipeline out: Test-ApiToken -Connection lists the tokens itself.", ErrorIds.NothingTested), null);
        }

        Write(_audit!.Complete());
        if (Quiet)
        {
            WriteObject(!_failed && !(_found && _worst >= FindingSeverity.Warning));
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

    // Who asks for 12 hours of warning does not want to hear that the default of the other threshold is longer.
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
                "Token", "this is no token, and has no property Id or Name that would name one.", "Give tokens, as Get-ApiToken does, or ids or names.");
        }

        // An id, a name, or a record that lacks what the rules look at: the service knows it.
        _resolver ??= new TokenResolver(this, Connection is null ? null : ResolveConnections(Connection));
        (TokenConnection connection, ApiToken found) = _resolver.Resolve(reference);
        return found.CreatedAt is null ? Wait(cancellationToken => connection.Tokens.GetAsync(found.Id, cancellationToken)) : found;
    }

    private void List(TokenConnection connection)
    {
        try
        {
            foreach (ApiToken token in Enumerate(cancellationToken => connection.Tokens.List(TokenFilter.Existing, cancellationToken)))
            {
                Check(token);
            }
        }
        catch (ApiTokenException e)
        {
            NoteFailure(e, connection);
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
            _worst = _found && _worst > finding.Severity ? _worst : finding.Severity;
            _found = true;
            if (!Quiet)
            {
                WriteObject(finding);
            }
        }
    }

    private void NoteFailure(ApiTokenException error, object? target)
    {
        _failed = true;
        Fail(error, target);
    }
}
