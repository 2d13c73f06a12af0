using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Connections;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>
/// The base class of cmdlets that change existing tokens. It resolves tokens, asks for confirmation and queues operations.
/// </summary>
public abstract partial class TokenCmdlet : BulkCmdlet
{
    internal const string TokenSet = "Token";

    private TokenResolver? _resolver;
    private bool? _allConfirmed;
    private bool _isListConfirmed;
    private bool _allUnproven;
    private bool _noUnproven;

    /// <summary>The tokens, as objects, ids or names. A name that matches several tokens is an error that lists their ids.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
        ParameterSetName = TokenSet,
        HelpMessage = "Specifies the tokens: objects from Get-ApiToken, ids or names.")]
    [Alias("Id", "InputObject")]
    [TokenReferenceTransformation]
    [ArgumentCompleter(typeof(TokenCompleter))]
    public TokenReference[] Token { get; set; } = [];

    /// <summary>The connection. By default, the connection of a piped token, otherwise the newest connection.</summary>
    [Parameter(HelpMessage = "Specifies the connection: a name, a wildcard pattern or an object from Get-ApiTokenService.")]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    public ConnectionReference[]? Connection { get; set; }

    /// <summary>Also writes the tokens.</summary>
    [Parameter(HelpMessage = "Returns the tokens.")]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Whether the cmdlet asks for a token that Find-ApiToken did not prove, whatever -Confirm says.</summary>
    internal virtual bool AsksForUnproven => false;

    internal override string ResumeWithoutJournal => "list the tokens again with Get-ApiToken, and run the command for them";

    /// <summary>Whether the token that the connection itself uses is refused.</summary>
    internal virtual bool ProtectsOwnToken => false;

    /// <summary>The action for confirmation prompts, such as <c>Remove API token</c>.</summary>
    internal virtual string Action => $"{OperationName} API token";

    internal override ConnectionReference[]? NamedConnections => Connection;

    /// <summary>
    /// What a user must know before they confirm, to be read after the token and its connection; null for nothing. It may send requests,
    /// so it is called only if somebody is asked.
    /// </summary>
    internal virtual string? Consequence(TokenConnection connection, ApiToken token) => null;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _resolver = new TokenResolver(this, Named);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        WriteWhatIfTotal();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!ConfirmUnfilteredList())
        {
            return;
        }

        foreach (TokenReference reference in Token)
        {
            try
            {
                (TokenConnection connection, ApiToken token) = _resolver!.Resolve(reference);
                if (reference.IsUnproven && AsksForUnproven && !IsWhatIf)
                {
                    SubmitUnproven(connection, token, reference);
                }
                else
                {
                    Submit(connection, token, reference.Input, NameOfInput(reference, token));
                }
            }
            catch (ApiTokenException e)
            {
                FailInput(e, reference.Input);
            }
        }
    }

    /// <summary>Ends the cmdlet if a staged removal has no journal that schedules it.</summary>
    internal void RequireJournalFor(string parameter, TimeSpan? after)
    {
        if (after is not null && JournalPath is null)
        {
            FailTerminating(
                ApiTokenException.InvalidParameter(
                    parameter,
                    "it requires -JournalPath. The journal records when the token is due.",
                    "Specify -JournalPath, and use the same path with Remove-ApiToken -Due."),
                null);
        }
    }

    // If the input is an unfiltered list of all tokens, ask once for the whole list. The default is No.
    private bool ConfirmUnfilteredList()
    {
        if (Connections.UnfilteredList is not { } list
            || list.Invocation.PipelineLength != MyInvocation.PipelineLength
            || list.Invocation.PipelinePosition != MyInvocation.PipelinePosition - 1)
        {
            return true;
        }

        _allConfirmed ??= IsListConfirmedOtherwise || AskForList(list.Connections);
        return _allConfirmed == true;
    }

    private bool AskForList(IReadOnlyList<TokenConnection> connections)
    {
        string all = $"ALL {CountTokens(connections)}tokens of {string.Join(", ", connections.Select(Describe))}";
        try
        {
            _isListConfirmed = AskWithDefaultNo(
                Action, $"This {OperationName.ToLowerInvariant()}s {all}.", $"{Action}: all tokens, without further prompts.");
            return _isListConfirmed;
        }
        catch (Exception e) when (IsNoPrompt(e))
        {
            FailTerminating(
                new ApiTokenException(
                    ErrorKind.InvalidOperation,
                    $"{Action}: the pipeline passes {all}, and the session cannot prompt for confirmation.",
                    "To continue with all tokens, specify -Confirm:$false. To select tokens, use Get-ApiToken with "
                        + "-Name, -User, -Status ...",
                    ErrorIds.ConfirmationNeeded),
                null);
            throw;
        }
    }

    // "23 ", or "more than 1,000 ", or nothing if a list fails: the question must still be asked.
    private string CountTokens(IReadOnlyList<TokenConnection> connections)
    {
        const int Enough = 1000;
        try
        {
            TokenPreview[] lists =
            [
                .. connections.Select(
                    connection => Wait(cancellationToken => connection.Tokens.ListFirstAsync(Enough, cancellationToken))),
            ];
            int count = lists.Sum(list => list.Tokens.Count(token => token.Status != TokenStatus.Revoked));
            string text = count.ToString("N0", CultureInfo.InvariantCulture);
            return lists.All(list => list.IsComplete) ? $"{text} " : $"(more than {text}) ";
        }
        catch (ApiTokenException)
        {
            return string.Empty;
        }
    }

    /// <summary>
    /// Asks for confirmation even if the cmdlet does not. The default is No. Returns null if the session cannot ask.
    /// </summary>
    internal bool? TryContinue(string message, string question)
    {
        try
        {
            return AskWithDefaultNo(question, message, $"{Action}.");
        }
        catch (Exception e) when (IsNoPrompt(e))
        {
            return null;
        }
    }

    private bool AskWithDefaultNo(string caption, string message, string yes)
    {
        Collection<ChoiceDescription> choices = [new ChoiceDescription("&Yes", yes), new ChoiceDescription("&No", "Change nothing.")];
        return WhileAsking(() => Host.UI.PromptForChoice(
            ForeignText.InMessage(caption), ForeignText.InMessage(message), choices, defaultChoice: 1)) == 0;
    }

    private static bool IsNoPrompt(Exception e) =>
        e is PSInvalidOperationException or PSNotImplementedException or HostException or NotImplementedException;

    /// <summary>What -Confirm says: true for <c>-Confirm:$false</c>, false for <c>-Confirm</c>, null without it.</summary>
    internal bool? IsConfirmed =>
        MyInvocation.BoundParameters.TryGetValue("Confirm", out object? ask) ? !LanguagePrimitives.IsTrue(ask) : null;

    /// <summary>Whether a cmdlet with a high impact prompts for each token.</summary>
    internal bool AsksForEach => !(IsConfirmed ?? IsPreferenceNone);

    private bool IsPreferenceNone =>
        SessionState.PSVariable.GetValue("ConfirmPreference") is { } preference
        && LanguagePrimitives.ConvertTo<ConfirmImpact>(preference) == ConfirmImpact.None;

    // A switch or the preference confirms the list, or -Confirm asks for each token.
    private bool IsListConfirmedOtherwise =>
        IsConfirmed is not null || IsPreferenceNone || IsWhatIf
        || (MyInvocation.BoundParameters.TryGetValue("Force", out object? force) && LanguagePrimitives.IsTrue(force));

    // Anybody can write a value that contains the id of a token, so that somebody else removes it.
    private void SubmitUnproven(TokenConnection connection, ApiToken token, TokenReference reference)
    {
        Operation operation = CreateOperation(connection, token, reference.Input);
        operation.Validate();
        string match = $"Nothing proves that the leaked secret belongs to the token {token} on {Describe(connection)}. The match "
            + $"is based on {ForeignText.Argument(reference.MatchedBy!)}, which anybody can forge.";
        bool isConfirmed;
        try
        {
            isConfirmed = ShouldContinue(
                ForeignText.InMessage(match),
                ForeignText.InMessage($"{Action} without proof?"),
                hasSecurityImpact: true,
                ref _allUnproven,
                ref _noUnproven);
        }
        catch (Exception e) when (IsNoPrompt(e))
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation,
                $"{match} The session cannot prompt for confirmation.",
                "Use Find-ApiToken -Probe, which lets the service prove the match, or specify -AllowUnproven.",
                ErrorIds.UnprovenMatch);
        }

        if (isConfirmed)
        {
            Queue(operation, token);
            OnQueued(token);
        }
    }

    // The name in a file need not be the name of the token with the id.
    private static string? NameOfInput(TokenReference reference, ApiToken token) =>
        reference is { Token: null, Id: not null, Name: { Length: > 0 } name }
            ? $"{token.Id} (called '{ForeignText.Argument(name)}' in the input)"
            : null;

    /// <summary>Asks for confirmation and queues the operation.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="token">The token.</param>
    /// <param name="target">The target object of errors.</param>
    /// <param name="description">The token in the prompt; its name and id by default.</param>
    internal void Submit(TokenConnection connection, ApiToken token, object target, string? description = null)
    {
        Operation operation = CreateOperation(connection, token, target);
        operation.Validate();
        string subject = $"{description ?? token.ToString()} on {Describe(connection)}";
        if (IsWhatIf)
        {
            ShowWhatIf(subject + Consequence(connection, token), RefusalOf(connection, operation, token), Action);
        }
        else if (_isListConfirmed || Confirm(AsksForEach ? subject + Consequence(connection, token) : subject, Action))
        {
            Queue(operation, token);
            OnQueued(token);
        }
    }

    /// <summary>Updates what the session knows of a token, for completion.</summary>
    internal virtual void OnQueued(ApiToken token)
    {
    }

    /// <summary>Creates the operation from the current parameter values, which may change before it runs.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="token">The token.</param>
    /// <param name="target">The target object of errors.</param>
    internal abstract Operation CreateOperation(TokenConnection connection, ApiToken token, object target);
}
