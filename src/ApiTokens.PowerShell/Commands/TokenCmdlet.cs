using System.Management.Automation;
using System.Management.Automation.Host;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Connections;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Cmdlets that change existing tokens: find out which token is meant, ask, queue.</summary>
public abstract class TokenCmdlet : BulkCmdlet
{
    internal const string TokenSet = "Token";

    private TokenResolver? _resolver;
    private bool? _takesAll;

    /// <summary>Tokens, ids or names; a name that fits several is an error that lists the ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = TokenSet)]
    [Alias("Id", "InputObject")]
    [TokenReferenceTransformation]
    [ArgumentCompleter(typeof(TokenCompleter))]
    public TokenReference[] Token { get; set; } = [];

    /// <summary>The connection; a piped token carries its own, and the newest is used where nothing tells.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    public ConnectionReference[]? Connection { get; set; }

    /// <summary>Also writes the tokens.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What is done, as it is asked for: <c>Remove API token</c>.</summary>
    internal virtual string Action => $"{OperationName} API token";

    internal override ConnectionReference[]? NamedConnections => Connection;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _resolver = new TokenResolver(this, Named);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!MayTakeAll())
        {
            return;
        }

        foreach (TokenReference reference in Token)
        {
            try
            {
                (TokenConnection connection, ApiToken token) = _resolver!.Resolve(reference);
                Submit(connection, token, reference.Input);
            }
            catch (ApiTokenException e) when (e.Kind != ErrorKind.AuthenticationError)
            {
                Fail(e, reference.Input);
            }
            catch (ApiTokenException e)
            {
                FailTerminating(e, reference.Input);
            }
        }
    }

    // A pipeline of every token there is: one question for all of it, also where a single token would need none.
    private bool MayTakeAll()
    {
        if (Connections.WholeList is not { } list
            || list.By.PipelineLength != MyInvocation.PipelineLength || list.By.PipelinePosition != MyInvocation.PipelinePosition - 1)
        {
            return true;
        }

        // Once for all of it: what answers the question does not change from token to token.
        try
        {
            return _takesAll ??= IsAnswered() || ShouldContinue(
                VisibleText.Printable($"This pipeline takes every token of {string.Join(", ", list.Of.Select(Describe))}."), VisibleText.Printable($"{Action}: all of them?"));
        }
        catch (Exception e) when (e is PSInvalidOperationException or PSNotImplementedException or HostException or NotImplementedException)
        {
            FailTerminating(
                new ApiTokenException(
                    ErrorKind.InvalidOperation,
                    $"{Action}: the pipeline takes every token of {string.Join(", ", list.Of.Select(Describe))}, and nobody can be asked whether that is meant.",
                    "Give -Confirm:$false if it is, or name tokens: Get-ApiToken -Name, -User, -Status ...",
                    ErrorIds.ConfirmationNeeded,
                    e),
                null);
            throw;
        }
    }

    // By a switch or the preference; or ShouldProcess will ask for each.
    private bool IsAnswered()
    {
        object? preference = SessionState.PSVariable.GetValue("ConfirmPreference");
        ConfirmImpact wanted = preference is null ? ConfirmImpact.High : LanguagePrimitives.ConvertTo<ConfirmImpact>(preference);
        ConfirmImpact impact = GetType().GetCustomAttributes(typeof(CmdletAttribute), inherit: true).Cast<CmdletAttribute>().First().ConfirmImpact;
        return MyInvocation.BoundParameters.ContainsKey("Confirm")
            || (MyInvocation.BoundParameters.TryGetValue("Force", out object? force) && LanguagePrimitives.IsTrue(force))
            || IsWhatIf || wanted == ConfirmImpact.None || impact >= wanted;
    }

    /// <summary>Asks, and queues the operation.</summary>
    internal void Submit(TokenConnection connection, ApiToken token, object target)
    {
        Operation operation = CreateOperation(connection, token, target);
        operation.Validate();
        if (Ask($"{(token.Name.Length > 0 ? token.ToString() : token.Id)} on {Describe(connection)}", Action))
        {
            Queue(operation, token);
        }
    }

    /// <summary>Makes the operation from the parameters, as they are now: it runs later, when they may have changed.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="token">The token.</param>
    /// <param name="target">What errors are about.</param>
    internal abstract Operation CreateOperation(TokenConnection connection, ApiToken token, object target);
}
